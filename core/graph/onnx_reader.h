#pragma once

#include <filesystem>

#include "graph/model.h"
#include "result.h"

namespace mantissa {

/// Opens an ONNX image classifier of opset 7 to 21. The input's size is the graph's where it says; what it does not
/// say, and channel order, range, mean and deviation, which no ONNX file says, are guessed: as Caffe's networks were
/// trained where the file was converted from Caffe2 (BGR, 0 … 255, less 104 117 123), as the file's own first operators
/// ask where they normalise themselves, else as torchvision's are. Errors name the file and the tensor or node.
Result<ModelPtr> openOnnx(const std::filesystem::path& path);

}  // namespace mantissa
