#pragma once

#include <string>
#include <vector>

namespace mantissa {

/// What of the processor is used.
struct CpuFeatures {
    std::string libtorch;  ///< the instruction set that LibTorch chose its own kernels for: "DEFAULT", "AVX2", "AVX512"
    std::vector<std::string> arithmetic;  ///< extensions that this processor has and that narrow formats gain from, as
                                          ///< Linux names them: "f16c", "avx512_bf16", "asimdhp"
};
CpuFeatures cpuFeatures();

}  // namespace mantissa
