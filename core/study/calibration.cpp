#include "study/calibration.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace mantissa {
namespace {

std::string grainWords(const std::string& what, ScaleGrain grain) {
    switch (grain) {
        case ScaleGrain::usual:
            return {};
        case ScaleGrain::none:
            return what + " without scales";
        case ScaleGrain::tensor:
            return what + " with one scale a tensor";
        case ScaleGrain::channel:
            return what + " with one scale an output channel";
    }
    return {};
}

std::string calibrationWords(const QuantizationOptions& options) {
    std::string how;
    char percentile[32];
    switch (options.calibration) {
        case Calibration::dynamic:
            return {};
        case Calibration::minMax:
            how = "smallest and largest value";
            break;
        case Calibration::percentile:
            std::snprintf(percentile, sizeof percentile, "percentile %.6g", options.percentile);
            how = percentile;
            break;
        case Calibration::minimumMse:
            how = "least mean squared error";
            break;
    }
    std::string words = "activations bounded by " + how;
    if (!options.pictures) return words;
    const auto most = static_cast<std::size_t>(std::max(options.mostPictures, 0));
    return words + " of " + std::to_string(std::min(options.pictures->size(), most)) + " pictures in " +
           options.pictures->path().filename().string();
}

}  // namespace

std::string scaleWords(const QuantizationOptions& options) {
    std::string words;
    for (const auto& part : {grainWords("weights", options.weights), grainWords("activations", options.activations),
                             calibrationWords(options)})
        if (!part.empty()) words += (words.empty() ? "" : ", ") + part;
    if (options.weights == ScaleGrain::none || options.activations == ScaleGrain::none)
        words += "; integer formats need scales and keep the usual ones";
    return words;
}

Result<QuantizationOptions> calibratedOn(QuantizationOptions options, const std::filesystem::path& path,
                                         const Model& model) {
    if (path.empty() || options.calibration == Calibration::dynamic) return options;
    auto pictures = PictureSet::open({.path = path}, model.labels);
    if (!pictures) return std::move(pictures).error();
    options.pictures = *std::move(pictures);
    return options;
}

}  // namespace mantissa
