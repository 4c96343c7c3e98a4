#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "core/numerics/formats_under_test.h"
#include "numerics/format_uses.h"
#include "numerics/stated_limits.h"

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
                                     "e8m0", "e3m2", "e2m3", "e2m1", "int8", "int4", "int16", "int32", "uint8"}));
    std::set<std::string> scaled;
    for (const Format& f : scaledFormats()) scaled.insert(f.name);
    EXPECT_EQ(scaled, (std::set<std::string>{"int8-affine", "int4-affine", "mxfp8e4m3", "mxfp8e5m2", "mxfp6e3m2",
                                             "mxfp6e2m3", "mxfp4", "nvfp4"}));
}

TEST(Format, IsFoundByEverySpelling) {
    for (const Format& f : knownFormats()) EXPECT_EQ(findFormat(f.name), f);
    for (const char* name : {"BF16", "bfloat16", "BFloat16"}) EXPECT_EQ(findFormat(name), format("bf16")) << name;
    for (const char* name : {"FP16", "float16", "half", "Half"}) EXPECT_EQ(findFormat(name), format("fp16")) << name;
    for (const char* name : {"fp32", "float32", "float", "single"}) EXPECT_EQ(findFormat(name), format("fp32")) << name;
    for (const char* name : {"double", "float64"}) EXPECT_EQ(findFormat(name), format("fp64")) << name;
    for (const char* name : {"e4m3fn", "float8_e4m3fn"}) EXPECT_EQ(findFormat(name), format("e4m3")) << name;
    for (const char* name : {"float8_e5m2", "e5m2", "e5m2ieee", "e5m2b15"}) EXPECT_EQ(findFormat(name), format("e5m2"));
    for (const char* name : {"float4_e2m1fn", "e2m1fn", "e2m1f"}) EXPECT_EQ(findFormat(name), format("e2m1")) << name;
    EXPECT_EQ(findFormat("float8_e8m0fnu"), format("e8m0"));
    for (const Format& f : scaledFormats()) EXPECT_EQ(findFormat(f.name), f);
    EXPECT_EQ(findFormat("MXFP8")->name, "mxfp8e4m3");
    EXPECT_EQ(findFormat("mxfp6")->name, "mxfp6e3m2");
    EXPECT_EQ(findFormat("int8-symmetric"), format("int8"));
}

TEST(Format, CustomOnesMayNameTheirBiasSpecialValuesAndSubnormals) {
    const Format fnuz = *findFormat("e4m3b11fnuz");
    EXPECT_EQ(fnuz.bias, 11);
    EXPECT_EQ(fnuz.specials, Specials::negativeZeroNan);
    EXPECT_TRUE(fnuz.subnormals);
    EXPECT_EQ(findFormat("e3m2fnuz")->bias, 4) << "one more than IEEE's";
    EXPECT_EQ(findFormat("e5m6fn")->specials, Specials::allOnesNan);
    EXPECT_EQ(findFormat("e5m6f")->specials, Specials::none);
    EXPECT_EQ(findFormat("e5m2b-40")->bias, -40);
    EXPECT_FALSE(findFormat("e8m7nosub")->subnormals);
    // A bare shape of OCP's keeps OCP's special values; "ieee" takes the other.
    EXPECT_EQ(findFormat("e4m3b11")->specials, Specials::allOnesNan);
    EXPECT_EQ(findFormat("e4m3ieee")->specials, Specials::ieee);
    EXPECT_EQ(findFormat("float8_e4m3"), findFormat("e4m3ieee"));
    EXPECT_EQ(findFormat("e8m0ieee")->signBits, 1);
    EXPECT_EQ(limits(*findFormat("e4m3ieee")).max, 240);
    EXPECT_EQ(limits(*findFormat("e4m3b11fnuz")).max, 30);
}

TEST(Format, EveryCustomNameReadsBackToItself) {
    int found = 0;
    for (const char* shape : {"e1m0", "e1m3", "e2m1", "e3m2", "e4m3", "e5m2", "e5m10", "e8m0", "e8m23", "e11m52"})
        for (const char* bias : {"", "b1", "b15", "b-3"})
            for (const char* specials : {"", "ieee", "fn", "fnuz", "f"})
                for (const char* subnormals : {"", "nosub"}) {
                    const auto f = findFormat(std::string(shape) + bias + specials + subnormals);
                    if (!f) continue;
                    ++found;
                    EXPECT_EQ(findFormat(f->name), f) << shape << bias << specials << subnormals;
                    EXPECT_LE(limits(*f).max, limits(format("fp64")).max) << f->name;
                    EXPECT_GE(limits(*f).minSubnormal, limits(format("fp64")).minSubnormal) << f->name;
                }
    EXPECT_GT(found, 300);
}

TEST(Format, ScaledOnesHaveTheElementsAndScalesOfTheirStandard) {
    const auto is = [](const char* name, const char* element, const char* scale, int block) {
        const Format f = *findFormat(name);
        EXPECT_EQ(elementOf(f), format(element)) << name;
        EXPECT_EQ(f.blockSize, block) << name;
        ASSERT_EQ(scaleOf(f) != nullptr, *scale != 0) << name;
        if (scaleOf(f)) {
            EXPECT_EQ(*scaleOf(f), format(scale)) << name;
        }
    };
    is("mxfp8e4m3", "e4m3", "e8m0", 32);
    is("mxfp8e5m2", "e5m2", "e8m0", 32);
    is("mxfp6e3m2", "e3m2", "e8m0", 32);
    is("mxfp6e2m3", "e2m3", "e8m0", 32);
    is("mxfp4", "e2m1", "e8m0", 32);
    is("nvfp4", "e2m1", "e4m3", 16);
    is("int8-affine", "int8", "", 0);
    is("int4-affine", "int4", "", 0);
    is("bf16", "bf16", "", 0);
}

TEST(FormatUses, EveryNamedFormatHasThemWithASource) {
    for (const auto list : {knownFormats(), scaledFormats()})
        for (const Format& f : list) {
            EXPECT_FALSE(usesOf(f).empty()) << f.name;
            for (const FormatUse& use : usesOf(f)) {
                EXPECT_FALSE(use.user.empty() || use.how.empty()) << f.name;
                EXPECT_GT(use.source.size(), 10u) << f.name;
            }
        }
    for (const char* name : {"e4m3ieee", "e3m4", "e4m3b11fnuz"})
        EXPECT_FALSE(usesOf(*findFormat(name)).empty()) << name;
    EXPECT_TRUE(usesOf(*findFormat("e6m9")).empty());
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
         {"",          "e",        "m",        "em",          "e5m",        "em2",         "e0m1",
          "e12m3",     "e5m53",    "e05m2",    "e5m02",       "e5m2x",      "xe5m2",       "e-1m2",
          "e5m-2",     "e 5m2",    "fp17",     "e111m2",      "e5m2m3",     "int7",        "bf16 ",
          "e5m2b",     "e5m2b-0",  "e5m2b015", "e5m2nosubfn", "e5m2fnieee", "e11m52b1100", "e11m52fn",
          "e8m7b2000", "e1m3nosub"})
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

TEST(StatedLimits, AreOnlyThoseThatAFormatHas) {
    EXPECT_EQ(statedLimits(format("int8")).lowest, -128);
    EXPECT_EQ(statedLimits(format("uint8")).lowest, 0);
    EXPECT_EQ(statedLimits(format("e8m0")).lowest, 0x1p-127);
    EXPECT_EQ(statedLimits(format("fp16")).lowest, -65504);
    EXPECT_EQ(statedLimits(format("fp16")).minSubnormal, 0x1p-24);
    for (const char* name : {"int8", "uint8", "e8m0", "e8m7nosub"})
        EXPECT_FALSE(statedLimits(*findFormat(name)).minSubnormal) << name;
    const StatedLimits subnormalsOnly = statedLimits(*findFormat("e1m3"));
    EXPECT_EQ(subnormalsOnly.max, 1.75);
    EXPECT_FALSE(subnormalsOnly.minNormal);
    EXPECT_EQ(subnormalsOnly.minSubnormal, 0.25);
    EXPECT_EQ(subnormalsOnly.epsilon, 0.25);
    const StatedLimits zeroOnly = statedLimits(*findFormat("e1m0"));
    EXPECT_EQ(zeroOnly.max, 0);
    EXPECT_FALSE(zeroOnly.minSubnormal || zeroOnly.minNormal || zeroOnly.epsilon || zeroOnly.dynamicRangeDb ||
                 zeroOnly.dynamicRangeBinades || zeroOnly.decimalDigits);
}

TEST(StatedLimits, AreThoseThatCountingAllCodesGives) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 19) continue;
        double lowest = INFINITY;
        std::optional<double> minNormal, minSubnormal;
        for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
            const double value = decode(f, code);
            if (!std::isfinite(value)) continue;
            lowest = std::min(lowest, value);
            if (value <= 0) continue;
            auto& least = classify(f, code) == NumberClass::normal ? minNormal : minSubnormal;
            if (!least || value < *least) least = value;
        }
        const StatedLimits l = statedLimits(f);
        EXPECT_EQ(l.lowest, lowest) << f.name;
        EXPECT_EQ(l.minNormal, minNormal) << f.name;
        EXPECT_EQ(l.minSubnormal, minSubnormal) << f.name;
        const std::uint64_t one = encode(f, 1, {.overflow = Overflow::saturate});
        const double above = decode(f, nextUp(f, one));
        const bool hasGap = decode(f, one) == 1 && std::isfinite(above) && above > 1;
        EXPECT_EQ(l.epsilon, hasGap ? std::optional(above - 1) : std::nullopt) << f.name;
    }
}

TEST(FormatLimits, OfBlocksAreThoseOfElementTimesScale) {
    const FormatLimits mx = limits(*findFormat("mxfp4")), nv = limits(*findFormat("nvfp4"));
    EXPECT_EQ(mx.max, 6 * 0x1p127);
    EXPECT_EQ(mx.minSubnormal, 0.5 * 0x1p-127);
    EXPECT_EQ(mx.codes, 16u);
    EXPECT_EQ(nv.max, 6 * 448);
    EXPECT_EQ(nv.minSubnormal, 0.5 * 0x1p-9);
    EXPECT_NEAR(nv.dynamicRangeBinades, std::log2(2688 / 0x1p-10), 1e-9);
    EXPECT_EQ(limits(*findFormat("int4-affine")).max, 7);
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
