#include "scale_options.h"

#include <CLI/CLI.hpp>

#include "format_list.h"
#include "option_words.h"

namespace mantissa::app {

void addKeepOption(CLI::App& command, std::vector<std::string>& keep) {
    command
        .add_option("--keep", keep,
                    "Modules that stay in FP32, with all below them, or take another format: NAME=FORMAT")
        ->type_name("LAYER,…")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void addScaleOptions(CLI::App& command, ScaleChoice& choice, const std::string& usualPictures) {
    addWordOption<ScaleGrain>(command, "--weight-scales", choice.options.weights,
                              {{"usual", ScaleGrain::usual},
                               {"none", ScaleGrain::none},
                               {"tensor", ScaleGrain::tensor},
                               {"channel", ScaleGrain::channel}},
                              "FP32 scales of emulated weights; usual: integers one an output channel, FP8 none; "
                              "integers always have some");
    addWordOption<ScaleGrain>(
        command, "--activation-scales", choice.options.activations,
        {{"usual", ScaleGrain::usual}, {"none", ScaleGrain::none}, {"tensor", ScaleGrain::tensor}},
        "FP32 scales of emulated activations; usual: integers one a tensor, FP8 none; integers always have some");
    addWordOption<Calibration>(command, "--calibrate", choice.options.calibration,
                               {{"dynamic", Calibration::dynamic},
                                {"min-max", Calibration::minMax},
                                {"percentile", Calibration::percentile},
                                {"mse", Calibration::minimumMse}},
                               "Bounds of scaled activations; dynamic: each tensor's own, as it runs");
    command.add_option("--percentile", choice.options.percentile, "Of --calibrate percentile")
        ->type_name("P")
        ->check(CLI::Range(50.1, 100.0).description(""))
        ->capture_default_str();
    command
        .add_option("--calibration-images", choice.pictures,
                    "A folder, or a file of CIFAR-10, to calibrate on (default: " + usualPictures + ")")
        ->type_name("DIR|FILE");
}

Result<QuantizationOptions> chosenScales(const ScaleChoice& choice, const Model& model) {
    if (!choice.pictures.empty() && choice.options.calibration == Calibration::dynamic)
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "--calibration-images needs --calibrate min-max, percentile or mse"};
    return calibratedOn(choice.options, choice.pictures, model);
}

Result<std::vector<LayerFormat>> chosenLayers(const std::vector<std::string>& keep) {
    std::vector<LayerFormat> layers;
    for (const auto& one : keep) {
        const auto equals = one.find('=');
        if (equals + 1 == one.size())
            return Error{.code = ErrorCode::invalidArgument,
                         .message = "names no format after its =; NAME alone stays in FP32",
                         .where = "--keep " + one};
        auto format = formatNamed(equals == std::string::npos ? "fp32" : one.substr(equals + 1));
        if (!format) return std::move(format).error();
        layers.push_back({withoutBlanks(one.substr(0, equals)), *std::move(format)});
    }
    return layers;
}

}  // namespace mantissa::app
