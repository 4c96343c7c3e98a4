#pragma once

#include "graph/graph.h"
#include "graph/onnx_model.h"
#include "result.h"

namespace mantissa {

/// What the input of an ONNX model is, as its graph says.
struct OnnxInput {
    std::string name;
    std::int64_t height = -1;  ///< px; −1 where the file leaves it open
    std::int64_t width = -1;
    bool channelsLast = false;  ///< N × H × W × 3, as TensorFlow's exporters leave it
};

struct LoweredOnnx {
    Graph graph;
    OnnxInput input;
    bool endedInSoftmax = false;  ///< the file's last operator, which the Graph leaves out: it ends in the logits
};

/// An ONNX graph as a Graph of ATen calls. Nodes that the first output does not depend on are left out. Shapes and what
/// is computed from them become numbers where they are known, else calls on numbers. Layers are the modules that
/// PyTorch's exporter names nodes after. Casts among floating types are dropped: the precision plan says how wide
/// numbers are. Opset 7 to 21. Errors name the node and its operator, without the file.
Result<LoweredOnnx> lowerOnnx(const OnnxModel& model);

}  // namespace mantissa
