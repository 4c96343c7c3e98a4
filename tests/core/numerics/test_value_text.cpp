#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "core/numerics/formats_under_test.h"
#include "numerics/value_text.h"

namespace mantissa {
namespace {

TypedValue read(std::string_view text, const Format& selected = format("bf16")) {
    auto value = TypedValue::parse(text, selected);
    if (!value) {
        ADD_FAILURE() << value.error().text();
        return TypedValue::fromDouble(0);
    }
    return *value;
}

double number(std::string_view text, const Format& selected = format("bf16")) {
    return read(text, selected).nearestDouble();
}

std::string errorOf(std::string_view text, const Format& selected = format("bf16")) {
    const auto value = TypedValue::parse(text, selected);
    if (value) return "read as " + shortestText(value->nearestDouble());
    EXPECT_EQ(value.error().code, ErrorCode::invalidArgument);
    return value.error().message;
}

TEST(ValueText, ReadsDecimalsAsTheNearestFp64) {
    for (const char* text :
         {"0", "1", "0.1", ".5", "5.", "1e-8", "1E+8", "123456789.123456789", "4.9406564584124654e-324",
          "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308", "9007199254740993"})
        EXPECT_EQ(number(text), std::strtod(text, nullptr)) << text;
    EXPECT_EQ(number("  -12.5 "), -12.5);
    EXPECT_EQ(number("1e400"), INFINITY);
    EXPECT_EQ(number("-1e400"), -INFINITY);
    EXPECT_EQ(number("007"), 7);
}

TEST(ValueText, EveryFp64SurvivesItsShortestAndItsExactText) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 300; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        EXPECT_EQ(number(shortestText(value)), value);
        EXPECT_EQ(number(exactDecimalText(value)), value);
        EXPECT_EQ(number(exactDecimalText(value, 2000)), value);
        EXPECT_TRUE(read(exactDecimalText(value)).storedIn(format("fp64")).exact);
    }
}

TEST(ValueText, ReadsExpressions) {
    EXPECT_EQ(number("1/3"), 1.0 / 3);
    EXPECT_EQ(number("2^-24"), std::ldexp(1, -24));
    EXPECT_EQ(number("-2^2"), -4);
    EXPECT_EQ(number("2^3^2"), 512);
    EXPECT_EQ(number("(1 + 2^-7) * 3 - 1/2"), 3 * (1 + 1.0 / 128) - 0.5);
    EXPECT_EQ(number("0.1+0.2"), 0.3);  // exact until the end, unlike FP64 arithmetic
    EXPECT_EQ(number("(-2)^-3"), -0.125);
    EXPECT_EQ(number("0^0"), 1);
    EXPECT_EQ(number("(-1)^999999999"), -1);
    EXPECT_EQ(number("−3 × 4 ÷ 2"), -6);
    EXPECT_EQ(number("pi"), M_PI);
    EXPECT_EQ(number("π/4"), M_PI / 4);
    EXPECT_EQ(number("-PI"), -M_PI);
}

TEST(ValueText, ThousandsMayStandApart) {
    EXPECT_EQ(number("65 504"), 65504);
    EXPECT_EQ(number("-2\u202F147\u202F483\u202F648.5"), -2147483648.5);
    EXPECT_EQ(number("1\u00A0000 + 1"), 1001);
    EXPECT_EQ(errorOf("1 2"), "character 3, “2”, is not understood");
    EXPECT_EQ(errorOf("1 2345"), "character 3, “2”, is not understood");
    EXPECT_EQ(errorOf("1234 567"), "character 6, “5”, is not understood");
}

TEST(ValueText, TinyValuesAreReadAndRoundToZero) {
    const auto tiny = read("1e-9999");
    EXPECT_EQ(tiny.nearestDouble(), 0);
    EXPECT_EQ(tiny.storedIn(format("fp64"), {.rounding = Rounding::up}).value, 0x1p-1074);
}

TEST(ValueText, LimitsThatAFormatHasNotAreRefused) {
    EXPECT_EQ(number("eps", *findFormat("e1m3")), 0.25);
    EXPECT_EQ(errorOf("min", *findFormat("e1m3")), "e1m3 has no normal value");
    EXPECT_EQ(errorOf("eps", *findFormat("e5m2b-40")), "e5m2b-40 has not 1 and a value above it");
}

TEST(ExactInputText, ReadsBackToTheValueItselfNotOnlyToItsFp64) {
    EXPECT_EQ(exactInputText(0.099609375), "0.099609375");
    EXPECT_EQ(exactInputText(static_cast<double>(0.1F)), "0.100000001490116119384765625");
    EXPECT_EQ(exactInputText(-0.1), "-0x1.999999999999ap-4");
    std::mt19937_64 random(11);
    for (int i = 0; i < 2000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        EXPECT_LE(exactInputText(value).size(), 34u);
        EXPECT_TRUE(read(exactInputText(value)).storedIn(format("fp64")).exact) << exactInputText(value);
    }
    for (const double value : {0x1p-1074, -0x1p-1073 * 3, double{INFINITY}, -double{INFINITY}, -0.0, 1e300})
        EXPECT_TRUE(read(exactInputText(value)).storedIn(format("fp64")).exact) << value;
}

TEST(ValueText, PiHasMoreDigitsThanAnyFormat) {
    // The first 60 decimals, as published many times over.
    EXPECT_LT(std::abs(number("pi - 3.141592653589793238462643383279502884197169399375105820974944")), 1e-60);
    EXPECT_GT(std::abs(number("pi - 3.141592653589793238462643383279502884197169399375105820974944")), 5e-61);
}

TEST(ValueText, ReadsSpecialValuesAndLimitsOfTheSelectedFormat) {
    EXPECT_EQ(number("inf"), INFINITY);
    EXPECT_EQ(number("-Infinity"), -INFINITY);
    EXPECT_EQ(number("∞"), INFINITY);
    EXPECT_TRUE(std::isnan(number("NaN")));
    EXPECT_TRUE(std::signbit(number("-0")));
    EXPECT_TRUE(std::signbit(number("-0.0")));
    EXPECT_FALSE(std::signbit(number("0")));
    EXPECT_FALSE(std::signbit(number("--0")));
    EXPECT_TRUE(std::signbit(number("0*-1")));
    EXPECT_TRUE(std::signbit(number("0/-3")));
    EXPECT_TRUE(std::signbit(number("-0 - 0")));
    EXPECT_FALSE(std::signbit(number("-0 + 0")));
    EXPECT_FALSE(std::signbit(number("-0 * -1")));
    EXPECT_FALSE(std::signbit(number("1 - 1")));
    EXPECT_EQ(number("max", format("fp16")), 65504);
    EXPECT_EQ(number("-max", format("e4m3")), -448);
    EXPECT_EQ(number("max*2", format("e4m3")), 896);
    EXPECT_EQ(number("min", format("fp16")), std::ldexp(1, -14));
    EXPECT_EQ(number("min", format("int8")), -128);
    EXPECT_EQ(number("min", format("uint8")), 0);
    EXPECT_EQ(number("1 + eps", format("bf16")), 1.0078125);
}

TEST(ValueText, ReadsBitsInTheSelectedFormatAndInNamedOnes) {
    EXPECT_EQ(number("0x3dcd", format("bf16")), 0.10009765625);
    EXPECT_EQ(number("0X3DCD", format("bf16")), 0.10009765625);
    EXPECT_EQ(number("0x2e66", format("fp16")), 0.0999755859375);
    EXPECT_EQ(number("0b0_01111011_1001101", format("bf16")), 0.10009765625);
    EXPECT_EQ(number("0xff", format("int8")), -1);
    EXPECT_EQ(number("f32:3dcccccd"), static_cast<double>(0.1f));
    EXPECT_EQ(number("bf16:0x3f80", format("fp16")), 1);
    EXPECT_EQ(number("e4m3:7e"), 448);
    EXPECT_TRUE(std::isnan(number("e4m3:7f")));
    EXPECT_EQ(number("fp64:3ff0000000000001"), 1 + 0x1p-52);
    EXPECT_EQ(number("0x1.8p-3"), 0x1.8p-3);
    EXPECT_EQ(number("-0x.8p1"), -1);
    EXPECT_EQ(number("0x1p-1074"), 0x1p-1074);
    EXPECT_EQ(number("0x1.8"), 1.5);
    EXPECT_EQ(number("0x000000000000000000003f80", format("bf16")), 1);
}

TEST(ValueText, ErrorsNameTheCharacter) {
    EXPECT_EQ(errorOf("0.1.2"), "character 4, “.”, is not understood");
    EXPECT_EQ(errorOf("0,1"), "character 2, “,”, is not understood");
    EXPECT_EQ(errorOf("1é"), "character 2, “é”, is not understood");
    EXPECT_EQ(errorOf("π €"), "character 3, “€”, is not understood");
    EXPECT_EQ(errorOf("1 + "), "the text ends where a number is expected");
    EXPECT_EQ(errorOf("1e"), "the text ends where a number is expected; an exponent is expected");
    EXPECT_EQ(errorOf("1ex"), "character 3, “x”, is not understood; an exponent is expected");
    EXPECT_EQ(errorOf("."), "the text ends where a number is expected");
    EXPECT_EQ(errorOf("0x"), "the text ends where a number is expected; a hexadecimal digit is expected");
    EXPECT_EQ(errorOf("0b12"), "character 4, “2”, is not understood");
    EXPECT_EQ(errorOf("0x1_2g"), "character 6, “g”, is not understood");
    EXPECT_EQ(errorOf("(1"), "a closing parenthesis is missing");
    EXPECT_EQ(errorOf("(1;2)"), "character 3, “;”, is not understood; a closing parenthesis is expected");
    EXPECT_EQ(errorOf("").substr(0, 19), "a value is expected");
    EXPECT_EQ(errorOf("   "), "a value is expected");
    EXPECT_TRUE(errorOf("hello").starts_with("character 1, “h”, is not understood; a value looks like"));
    EXPECT_EQ(errorOf("0x1ffff"), "BF16 has 16 bits, and these are 17");
    EXPECT_EQ(errorOf("e99m1:0"), "no number format is called “e99m1”");
    EXPECT_EQ(errorOf("1/0"), "the divisor is 0");
    EXPECT_EQ(errorOf("0^-1"), "the divisor is 0");
    EXPECT_EQ(errorOf("2^0.5"), "the exponent of ^ must be an integer");
    EXPECT_EQ(errorOf("inf - 1"), "infinity and NaN stand alone; they cannot be reckoned with");
    EXPECT_EQ(TypedValue::parse("0,1", format("bf16")).error().where, "0,1");
}

TEST(ValueText, HugeInputsAreRefusedQuickly) {
    const std::string tooLarge = "the exact value needs more than 65536 bits, which is beyond every format";
    EXPECT_EQ(errorOf("1e20000"), tooLarge);
    EXPECT_EQ(errorOf("1e-99999999999999999999"), tooLarge);
    EXPECT_EQ(errorOf("9^9^9"), tooLarge);
    EXPECT_EQ(errorOf("2^2^2^2^2^2"), tooLarge);
    EXPECT_EQ(errorOf("0x1p99999999"), tooLarge);
    EXPECT_EQ(number("0e99999999999"), 0);
    EXPECT_EQ(errorOf(std::string(4097, '1')), "a value has at most 4096 characters");
    EXPECT_EQ(errorOf(std::string(1000, '(')), "parentheses and signs are nested more than 64 deep");
    EXPECT_EQ(errorOf(std::string(1000, '-') + "1"), "parentheses and signs are nested more than 64 deep");
    std::string product = "2^30000";
    for (int i = 0; i < 500; ++i) product += "*2^-1";
    EXPECT_EQ(number(product + "/2^29500"), 1);
    EXPECT_EQ(errorOf("2^40000*2^40000"), tooLarge);
}

TEST(ValueText, EveryByteIsReadOrRefusedInPlainText) {
    std::mt19937 random(5);
    const std::string_view alphabet = "0123456789abxpinfe.+-*/^() _:mπ−\xff\x80\n";
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (auto n = random() % 12; n-- > 0;) text += alphabet[random() % alphabet.size()];
        const auto value = TypedValue::parse(text, format("fp16"));
        EXPECT_TRUE(value.ok() || !value.error().message.empty());
    }
}

TEST(ExactDecimalText, GivesEveryDigit) {
    EXPECT_EQ(exactDecimalText(0.1), "0.1000000000000000055511151231257827021181583404541015625");
    EXPECT_EQ(exactDecimalText(0.1, 10), "1.000000000000000055511151231257827021181583404541015625e-1");
    EXPECT_EQ(exactDecimalText(-448), "-448");
    EXPECT_EQ(exactDecimalText(0.10009765625), "0.10009765625");
    EXPECT_EQ(exactDecimalText(1e22), "10000000000000000000000");
    EXPECT_EQ(exactDecimalText(1e22, 22), "1e+22");
    EXPECT_EQ(exactDecimalText(0x1p-24), "0.000000059604644775390625");
    EXPECT_EQ(exactDecimalText(1.5e300).substr(0, 20), "1.500000000000000078");
    EXPECT_EQ(exactDecimalText(0x1p-1074).size(), 751u + 1 + 5);  // 751 digits, a point, e-324
    EXPECT_EQ(exactDecimalText(1), "1");
    EXPECT_EQ(exactDecimalText(-0.0), "-0");
    EXPECT_EQ(exactDecimalText(INFINITY), "inf");
    EXPECT_EQ(exactDecimalText(-INFINITY), "-inf");
    EXPECT_EQ(exactDecimalText(NAN), "nan");
}

TEST(ShortestText, ReadsBack) {
    EXPECT_EQ(shortestText(0.1), "0.1");
    EXPECT_EQ(shortestText(65504), "65504");
    EXPECT_EQ(shortestText(-0.0), "-0");
    EXPECT_EQ(shortestText(-INFINITY), "-inf");
    EXPECT_EQ(shortestText(NAN), "nan");
}

TEST(CodeText, HasADigitForEveryFourBits) {
    EXPECT_EQ(codeText(format("bf16"), 0x1D), "001d");
    EXPECT_EQ(codeText(format("e3m2"), 0x3F), "3f");
    EXPECT_EQ(codeText(format("e2m1"), 0), "0");
    EXPECT_EQ(codeText(format("tf32"), 0x7FFFF), "7ffff");
    EXPECT_EQ(codeText(format("fp64"), UINT64_MAX), "ffffffffffffffff");
}

TEST(BitText, KeepsFieldsApart) {
    EXPECT_EQ(bitText(format("bf16"), 0x3DCD), "0 01111011 1001101");
    EXPECT_EQ(bitText(format("int8"), 0x8D), "1 0001101");
    EXPECT_EQ(bitText(format("uint8"), 0x8D), "10001101");
    EXPECT_EQ(bitText(format("e8m0"), 0x7F), "01111111");
    EXPECT_EQ(bitText(*findFormat("e5m0"), 0x21), "1 00001");
}

TEST(StoredValue, TellsWhatIsLost) {
    const auto tenth = read("0.1");
    const auto bf16 = tenth.storedIn(format("bf16"));
    EXPECT_EQ(bf16.code, 0x3DCDu);
    EXPECT_EQ(bf16.value, 0.10009765625);
    EXPECT_DOUBLE_EQ(bf16.error, 0.00009765625);
    EXPECT_DOUBLE_EQ(bf16.relativeError, 0.0009765625);
    EXPECT_DOUBLE_EQ(bf16.ulps, 0.00009765625 * 2048);
    EXPECT_FALSE(bf16.exact);
    // FP64's own error, which FP64 arithmetic cannot show.
    EXPECT_DOUBLE_EQ(tenth.storedIn(format("fp64")).error, 5.5511151231257827e-18);
    const auto half = read("0.5").storedIn(format("e2m1"));
    EXPECT_TRUE(half.exact);
    EXPECT_EQ(half.error, 0);
    EXPECT_EQ(half.ulps, 0);
}

TEST(StoredValue, SpecialValues) {
    const auto nan = read("nan").storedIn(format("fp16"));
    EXPECT_TRUE(nan.exact);
    EXPECT_TRUE(std::isnan(nan.error));
    EXPECT_FALSE(read("nan").storedIn(format("e2m1")).exact);
    const auto infinity = read("-inf").storedIn(format("fp16"));
    EXPECT_TRUE(infinity.exact);
    EXPECT_EQ(infinity.error, 0);
    const auto overflow = read("70000").storedIn(format("fp16"));
    EXPECT_EQ(overflow.value, INFINITY);
    EXPECT_EQ(overflow.error, INFINITY);
    EXPECT_EQ(overflow.relativeError, INFINITY);
    EXPECT_EQ(read("70000").storedIn(format("fp16"), {.overflow = Overflow::saturate}).error, 65504 - 70000);
    EXPECT_EQ(read("-inf").storedIn(format("fp16"), {.overflow = Overflow::saturate}).error, INFINITY);
    EXPECT_TRUE(std::isnan(read("500").storedIn(format("e4m3")).error));
    const auto zero = read("-0").storedIn(format("e4m3fnuz"));
    EXPECT_EQ(zero.error, 0);
    EXPECT_FALSE(zero.exact);  // FNUZ formats have one zero
    EXPECT_TRUE(read("-0").storedIn(format("fp16")).exact);
    EXPECT_EQ(read("0").storedIn(format("fp16")).relativeError, 0);
}

TEST(StoredValue, AnErrorTooSmallForFp64IsStillAnError) {
    constexpr double kLeast = std::numeric_limits<double>::denorm_min();
    for (const auto& [text, name] :
         {std::pair{"1e-400", "bf16"}, std::pair{"2^-1075", "fp64"}, std::pair{"1e-9999", "fp32"}}) {
        const auto stored = read(text).storedIn(format(name));
        EXPECT_EQ(stored.value, 0) << text;
        EXPECT_FALSE(stored.exact) << text;
        EXPECT_EQ(stored.error, -kLeast) << text;
        EXPECT_EQ(stored.relativeError, -1) << text;
        EXPECT_GT(stored.ulps, 0) << text;
    }
    const auto near = read("1+2^-2000").storedIn(format("fp64"));
    EXPECT_FALSE(near.exact);
    EXPECT_EQ(near.error, -kLeast);
    EXPECT_EQ(near.relativeError, -kLeast);
    EXPECT_EQ(near.ulps, kLeast);
    EXPECT_EQ(read("-1e-400").storedIn(format("fp16")).error, kLeast);
    EXPECT_TRUE(read("1+2^-52").storedIn(format("fp64")).exact);
}

TEST(StoredValue, IntegersWithAScaleStoreWhatTheirArraysDo) {
    const Format& int8 = format("int8");
    const Affine affine{.scale = 0.05F, .zeroPoint = 10};
    std::mt19937 random(2);
    std::uniform_real_distribution<float> uniform(-10, 10);
    for (int i = 0; i < 1000; ++i) {
        const float x = uniform(random);
        const auto stored = TypedValue::fromDouble(static_cast<double>(x)).quantisedIn(int8, affine);
        EXPECT_EQ(stored.value, static_cast<double>(roundAffine(int8, x, affine)));
        EXPECT_EQ(stored.error, stored.value - static_cast<double>(x));
        EXPECT_NEAR(stored.ulps, std::abs(stored.error) / static_cast<double>(affine.scale), 1e-9);
    }
    EXPECT_EQ(read("1e9").quantisedIn(int8, affine).code, 0x7Fu);
    EXPECT_EQ(read("-inf").quantisedIn(int8, affine).code, 0x80u);
    EXPECT_EQ(read("nan").quantisedIn(int8, affine).code, 10u);
    EXPECT_TRUE(std::isnan(read("nan").quantisedIn(int8, affine).error));
    EXPECT_TRUE(read("0").quantisedIn(int8, affine).exact);
    EXPECT_TRUE(read("-1.5").quantisedIn(format("int4"), {.scale = 0.5}).exact);
}

TEST(StoredValue, RoundsOnceFromTheTypedValue) {
    // Above the tie by less than FP64 can tell: through FP64 this would round to even, which is down.
    EXPECT_EQ(read("1 + 2^-11 + 2^-80").storedIn(format("fp16")).value, 1 + 0x1p-10);
    EXPECT_EQ(read("1 + 2^-11").storedIn(format("fp16")).value, 1);
    EXPECT_EQ(read("1 + 2^-11 - 2^-80").storedIn(format("fp16"), {.rounding = Rounding::nearestAway}).value, 1);
    EXPECT_EQ(read("1 + 2^-5000").storedIn(format("fp64"), {.rounding = Rounding::up}).value, 1 + 0x1p-52);
    EXPECT_EQ(read("2^-5000").storedIn(format("fp64"), {.rounding = Rounding::up}).value, 0x1p-1074);
    EXPECT_EQ(read("-2^-5000").storedIn(format("fp64")).code, std::uint64_t{1} << 63);
    EXPECT_EQ(read("2^5000").storedIn(format("int32")).value, 2147483647);
    EXPECT_EQ(read("1/3").storedIn(format("int8"), {.rounding = Rounding::up}).value, 1);
}

TEST(StoredValue, AgreesWithEncodeWhereTheValueIsAnFp64) {
    std::mt19937_64 random(3);
    for (const Format& f : test::everyKindOfFormat())
        for (const Rounding rounding : test::kRoundings)
            for (int i = 0; i < 50; ++i) {
                // Half of them near the format's own range.
                double value = std::bit_cast<double>(random());
                if (i % 2)
                    value = std::ldexp(1 + static_cast<double>(random() >> 11) * 0x1p-53,
                                       static_cast<int>(random() % 40) - 20);
                const RoundOptions options{.rounding = rounding, .seed = random(), .index = random()};
                EXPECT_EQ(TypedValue::fromDouble(value).storedIn(f, options).code, encode(f, value, options))
                    << f.name << ' ' << value << ' ' << static_cast<int>(rounding);
            }
}

}  // namespace
}  // namespace mantissa
