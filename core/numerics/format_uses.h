#pragma once

#include <span>
#include <string_view>

#include "numerics/format.h"

namespace mantissa {

/// A piece of hardware or a library that computes with a format or stores it, and the document that says so.
struct FormatUse {
    std::string_view user;    ///< "NVIDIA H100 (Hopper)", "PyTorch"
    std::string_view how;     ///< "tensor cores", "torch.float16"
    std::string_view source;  ///< title, year and where in it; a web address where the document has a stable one
};

/// Where a format is used; empty for custom formats that nobody is known to use.
std::span<const FormatUse> usesOf(const Format& format);

}  // namespace mantissa
