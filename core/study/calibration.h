#pragma once

#include <filesystem>
#include <string>

#include "graph/model.h"
#include "image/picture_set.h"
#include "run/precision_plan.h"

namespace mantissa {

/// How the bounds of activations are found that emulated formats with scales round between.
enum class Calibration {
    dynamic,     ///< not beforehand: each tensor's own smallest and largest value as it runs
    minMax,      ///< smallest and largest FP32 value of each operator's results
    percentile,  ///< the magnitude that a share of those values does not exceed
    minimumMse   ///< the bounds that make the mean squared error of rounding those values smallest
};

/// Scales that a study gives emulated formats.
struct QuantizationOptions {
    ScaleGrain weights = ScaleGrain::usual;
    ScaleGrain activations = ScaleGrain::usual;
    Calibration calibration = Calibration::dynamic;
    double percentile = 99.99;  ///< of Calibration::percentile, above 50 and at most 100
    PictureSetPtr pictures{};   ///< to calibrate on; none: the input at hand
    int mostPictures = 64;      ///< of `pictures`, evenly spread

    bool operator==(const QuantizationOptions&) const = default;
};

/// What is not as usual about them, in words: "activations bounded by percentile 99.99 of 64 pictures in cats"; empty
/// where all is.
std::string scaleWords(const QuantizationOptions& options);

/// The options with the pictures of this folder, or file of CIFAR-10, to calibrate on; as they are where `path` is
/// empty or nothing is calibrated beforehand. Errors: those of PictureSet::open.
Result<QuantizationOptions> calibratedOn(QuantizationOptions options, const std::filesystem::path& path,
                                         const Model& model);

}  // namespace mantissa
