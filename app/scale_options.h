#pragma once

#include <string>
#include <vector>

#include "graph/model.h"
#include "study/calibration.h"

namespace CLI {
class App;
}

namespace mantissa::app {

/// How emulated formats are scaled and calibrated, and which layers take another format.
struct ScaleChoice {
    QuantizationOptions options;
    std::string pictures;
    std::vector<std::string> keep;
};

/// --weight-scales, --activation-scales, --calibrate, --percentile, --calibration-images and --keep.
void addScaleOptions(CLI::App& command, ScaleChoice& choice);

/// The options, with the folder of pictures opened where there is one.
Result<QuantizationOptions> chosenScales(const ScaleChoice& choice, const Model& model);

/// "classifier" stays in FP32, "classifier=bf16" takes BF16.
Result<std::vector<LayerFormat>> chosenLayers(const std::vector<std::string>& keep);

}  // namespace mantissa::app
