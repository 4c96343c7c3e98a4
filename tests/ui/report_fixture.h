#pragma once

#include <memory>
#include <string>
#include <vector>

#include "study/compare.h"

namespace mantissa::ui::test {

/// What a made-up comparison holds. Its metrics, histograms and verdicts are computed by the core from the made-up
/// logits.
struct ReportShape {
    int classes = 1000;
    std::vector<std::string> candidates{"bf16", "fp16", "e4m3"};
    double slowFactor = 46;   ///< FP16's time over FP32's
    std::string failing{};    ///< this candidate did not run
    std::string notFinite{};  ///< this candidate has two NaN and one infinite logit
};

std::shared_ptr<const CompareReport> makeReport(const ReportShape& shape = {});

}  // namespace mantissa::ui::test
