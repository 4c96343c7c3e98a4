#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "numerics/format.h"
#include "progress.h"
#include "result.h"

namespace mantissa {

/// One format against LibTorch's dtype of the same name.
struct FormatCheck {
    Format format;
    std::int64_t codes = 0;         ///< codes whose value was compared: all of them
    std::int64_t values = 0;        ///< FP32 values whose nearest code was compared
    std::int64_t differ = 0;        ///< of both, those that differ
    std::string firstDifference{};  ///< "0x7f: NaN here, 480 in LibTorch"; empty where nothing differs
};

struct SelfCheckReport {
    std::vector<FormatCheck> formats;
    std::string libtorch;  ///< its version

    bool passed() const;
};

/// Compares what this program says about numbers with the LibTorch in use, for each narrow format that LibTorch has
/// (FP16, BF16, FP8 E4M3 and E5M2, their FNUZ forms, E8M0): the value of every code, and the code that LibTorch's own cast
/// from FP32 gives to every value, to the middle between every two neighbours and to the FP32 values next to those
/// middles, where rounding decides. Values beyond the largest are left out: stacks differ there on purpose.
/// `only` narrows it to some formats. Stops between formats; the error then is ErrorCode::cancelled.
Result<SelfCheckReport> selfCheck(std::stop_token stop, const Progress& progress,
                                  const std::vector<std::string>& only = {});

/// "all 65 536 FP16 and BF16 codes and all 256 FP8 codes match LibTorch 2.13": one line for the status bar.
std::string selfCheckLine(const SelfCheckReport& report);

}  // namespace mantissa
