#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/model.h"
#include "input_options.h"
#include "study/calibration.h"

namespace CLI {
class App;
}

namespace mantissa::app {

/// How emulated formats are scaled and calibrated.
struct ScaleChoice {
    QuantizationOptions options;
    std::string pictures;
};

/// --weight-scales, --activation-scales, --calibrate, --percentile and --calibration-images; `usualPictures` says what
/// is calibrated on without them.
void addScaleOptions(CLI::App& command, ScaleChoice& choice, const std::string& usualPictures);

/// --keep: which layers take another format.
void addKeepOption(CLI::App& command, std::vector<std::string>& keep);

/// The options, with the folder of pictures opened where there is one.
Result<QuantizationOptions> chosenScales(const ScaleChoice& choice, const Model& model);

/// "classifier" stays in FP32, "classifier=bf16" takes BF16.
Result<std::vector<LayerFormat>> chosenLayers(const std::vector<std::string>& keep);

/// Opens what a study of one picture needs into its request: the model, the formats of its layers and its scales, and
/// the picture or tensor.
template <class Request>
Status openInto(Request& request, const InputOptions& input, const ScaleChoice& choice,
                const std::vector<std::string>& keep) {
    auto model = openChosenModel(input.model);
    if (!model) return std::move(model).error();
    request.model = *std::move(model);
    auto overrides = chosenLayers(keep);
    if (!overrides) return std::move(overrides).error();
    request.overrides = *std::move(overrides);
    auto scales = chosenScales(choice, *request.model);
    if (!scales) return std::move(scales).error();
    request.scales = *std::move(scales);
    auto chosen = openChosenInput(input);
    if (!chosen) return std::move(chosen).error();
    request.image = std::move(chosen->image);
    request.tensor = std::move(chosen->tensor);
    return Done{};
}

}  // namespace mantissa::app
