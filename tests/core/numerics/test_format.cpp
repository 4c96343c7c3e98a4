#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "core/numerics/formats_under_test.h"

namespace mantissa {
namespace {

TEST(Format, KnownOnesComeInTheOrderOfTheWindow) {
    std::vector<std::string> names;
    for (const Format& f : knownFormats()) names.push_back(f.name);
    const std::vector<std::string> first{"fp64", "fp32", "tf32", "fp16", "bf16", "e4m3", "e5m2"};
    ASSERT_GE(names.size(), first.size());
    EXPECT_EQ(std::vector<std::string>(names.begin(), names.begin() + 7), first);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()),
              (std::set<std::string>{"fp64", "fp32", "tf32", "fp16", "bf16", "e4m3", "e5m2", "e4m3fnuz", "e5m2fnuz",
                                     "e8m0", "e3m2", "e2m3", "e2m1", "int8", "int16", "int32", "uint8"}));
}

TEST(Format, IsFoundByEverySpelling) {
    for (const Format& f : knownFormats()) EXPECT_EQ(findFormat(f.name), f);
    for (const char* name : {"BF16", "bfloat16", "BFloat16"}) EXPECT_EQ(findFormat(name), format("bf16")) << name;
    for (const char* name : {"FP16", "float16", "half", "Half"}) EXPECT_EQ(findFormat(name), format("fp16")) << name;
    for (const char* name : {"fp32", "float32", "float", "single"}) EXPECT_EQ(findFormat(name), format("fp32")) << name;
    for (const char* name : {"double", "float64"}) EXPECT_EQ(findFormat(name), format("fp64")) << name;
    for (const char* name : {"e4m3fn", "float8_e4m3fn"}) EXPECT_EQ(findFormat(name), format("e4m3")) << name;
}

TEST(Format, EveryCustomShapeInRangeIsFound) {
    for (int exponent = 1; exponent <= 11; ++exponent)
        for (int fraction = 0; fraction <= 52; ++fraction) {
            const auto f = findFormat("e" + std::to_string(exponent) + "m" + std::to_string(fraction));
            ASSERT_TRUE(f) << exponent << ' ' << fraction;
            EXPECT_EQ(f->exponentBits, exponent);
            EXPECT_EQ(f->fractionBits, fraction);
            EXPECT_GE(f->storageBits, f->bits());
            EXPECT_LE(f->bits(), 64);
        }
    const Format custom = *findFormat("E6M9");
    EXPECT_EQ(custom.name, "e6m9");
    EXPECT_EQ(custom.bits(), 16);
    EXPECT_EQ(custom.bias, 31);
}

TEST(Format, OtherNamesAreUnknown) {
    for (const char* name :
         {"",      "e",     "m",     "em",    "e5m",   "em2",  "e0m1",   "e12m3",  "e5m53", "e05m2", "e5m02",
          "e5m2x", "xe5m2", "e-1m2", "e5m-2", "e 5m2", "fp17", "e111m2", "e5m2m3", "int7",  "bf16 "})
        EXPECT_FALSE(findFormat(name)) << name;
}

TEST(FormatDeathTest, AskingForANameThatIsNoneEndsTheProgram) { EXPECT_DEATH(format("fp17"), "fp17"); }

TEST(FormatLimits, AreThoseOfTheHardware) {
    const auto fp32 = limits(format("fp32")), fp64 = limits(format("fp64"));
    EXPECT_EQ(fp32.max, std::numeric_limits<float>::max());
    EXPECT_EQ(fp32.minNormal, std::numeric_limits<float>::min());
    EXPECT_EQ(fp32.minSubnormal, std::numeric_limits<float>::denorm_min());
    EXPECT_EQ(fp32.epsilon, std::numeric_limits<float>::epsilon());
    EXPECT_EQ(fp64.max, std::numeric_limits<double>::max());
    EXPECT_EQ(fp64.minNormal, std::numeric_limits<double>::min());
    EXPECT_EQ(fp64.minSubnormal, std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(fp64.epsilon, std::numeric_limits<double>::epsilon());
    EXPECT_NEAR(fp64.dynamicRangeBinades, 2098, 1e-9);
    EXPECT_NEAR(limits(format("fp16")).dynamicRangeDb, 20 * std::log10(65504 / 0x1p-24), 1e-9);
    EXPECT_NEAR(limits(format("fp16")).decimalDigits, 3.31, 0.005);
    EXPECT_EQ(limits(format("int8")).max, 127);
    EXPECT_EQ(limits(format("uint8")).max, 255);
    EXPECT_EQ(limits(format("int32")).max, 2147483647);
}

TEST(FormatLimits, AreThoseThatCountingAllCodesGives) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 19) continue;
        double max = 0, minPositive = INFINITY;
        std::uint64_t nans = 0, infinities = 0;
        const std::uint64_t codes = std::uint64_t{1} << f.bits();
        for (std::uint64_t code = 0; code < codes; ++code) {
            const double value = decode(f, code);
            nans += std::isnan(value);
            infinities += std::isinf(value);
            if (!std::isfinite(value)) continue;
            max = std::max(max, value);
            if (value > 0) minPositive = std::min(minPositive, value);
        }
        const FormatLimits l = limits(f);
        EXPECT_EQ(l.codes, codes) << f.name;
        EXPECT_EQ(l.nans, nans) << f.name;
        EXPECT_EQ(l.infinities, infinities) << f.name;
        EXPECT_EQ(l.max, max) << f.name;
        EXPECT_TRUE(max == 0 || l.minSubnormal == minPositive) << f.name;
        // The gap above 1, where 1 and its neighbour are normal values of the format.
        const bool hasGap = l.minNormal <= 1 && l.max >= 2;
        EXPECT_TRUE(!hasGap || decode(f, nextUp(f, encode(f, 1))) - 1 == l.epsilon) << f.name;
    }
}

}  // namespace
}  // namespace mantissa
