#pragma once

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
};

}  // namespace mantissa
