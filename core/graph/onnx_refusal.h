#pragma once

#include <string>

#include "result.h"

namespace mantissa {

/// Thrown inside the ONNX reader and caught at its edge: what is wrong with the file, and where in it.
struct OnnxRefusal {
    ErrorCode code = ErrorCode::unsupported;
    std::string message;
    std::string where{};
};

}  // namespace mantissa
