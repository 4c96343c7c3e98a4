#include <gtest/gtest.h>

#include <algorithm>

#include "study/self_check.h"

namespace mantissa {
namespace {

TEST(SelfCheck, EveryCodeAndEveryMiddleAgreesWithLibTorch) {
    const auto report = selfCheck({}, {});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->passed()) << selfCheckLine(*report);
    ASSERT_EQ(report->formats.size(), 7u);
    EXPECT_TRUE(std::any_of(report->formats.begin(), report->formats.end(),
                            [](const FormatCheck& check) { return check.format.name == "e8m0"; }));
    for (const auto& check : report->formats) {
        EXPECT_EQ(check.codes, std::int64_t{1} << check.format.bits()) << check.format.name;
        // Every finite value but the largest has a middle above it, and two values beside that.
        EXPECT_GT(check.values, 3 * check.codes) << check.format.name;
        EXPECT_TRUE(check.firstDifference.empty());
    }
}

TEST(SelfCheck, TheLineNamesWhatWasChecked) {
    const auto report = selfCheck({}, {}, {"fp16", "e4m3"});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->formats.size(), 2u);
    const std::string line = selfCheckLine(*report);
    EXPECT_NE(line.find("65\u202F536 FP16"), std::string::npos) << line;
    EXPECT_NE(line.find("256 codes of FP8 E4M3"), std::string::npos) << line;
}

TEST(SelfCheck, TheLineSaysWhatDiffers) {
    SelfCheckReport report{.formats = {}, .libtorch = "2.13"};
    report.formats.push_back({.format = format("e4m3"),
                              .codes = 256,
                              .values = 1000,
                              .differ = 1,
                              .firstDifference = "code 0x7f: nan here, 480 in LibTorch"});
    EXPECT_FALSE(report.passed());
    const std::string line = selfCheckLine(report);
    EXPECT_NE(line.find("FP8 E4M3 differ"), std::string::npos) << line;
    EXPECT_NE(line.find("0x7f"), std::string::npos) << line;
}

TEST(SelfCheck, StopsWhenAsked) {
    std::stop_source stop;
    int stages = 0;
    const auto report = selfCheck(stop.get_token(), [&](const ProgressUpdate&) {
        if (++stages == 2) stop.request_stop();
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
    EXPECT_EQ(stages, 2);
}

}  // namespace
}  // namespace mantissa
