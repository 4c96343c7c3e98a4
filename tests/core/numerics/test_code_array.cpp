// Codes in arrays against the scalar reference, bit by bit.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/numerics/formats_under_test.h"
#include "core/numerics/inputs_under_test.h"
#include "numerics/code_array.h"

namespace mantissa {
namespace {

std::uint32_t bitsOf(float x) { return std::bit_cast<std::uint32_t>(x); }

std::uint64_t codeAt(const std::vector<std::byte>& codes, std::size_t bytes, std::size_t i) {
    std::uint64_t code = 0;
    std::memcpy(&code, codes.data() + i * bytes, bytes);
    return code;
}

bool encodesAlike(const Format& f, const std::vector<float>& in, const RoundOptions& options) {
    const std::size_t bytes = codeBytes(f);
    std::vector<std::byte> codes(in.size() * bytes);
    encodeArray(f, in, codes, options);
    RoundOptions one = options;
    for (std::size_t i = 0; i < in.size(); ++i, ++one.index) {
        const std::uint64_t expected = encode(f, static_cast<double>(in[i]), one);
        if (codeAt(codes, bytes, i) == expected) continue;
        ADD_FAILURE() << f.name << ", rounding " << roundingName(options.rounding) << ", overflow "
                      << (options.overflow == Overflow::saturate ? "saturate" : "standard") << ": float32 bits "
                      << std::hex << bitsOf(in[i]) << " gave " << codeAt(codes, bytes, i) << " instead of " << expected;
        return false;
    }
    return true;
}

bool decodesAlike(const Format& f, const std::vector<std::uint64_t>& codes) {
    const std::size_t bytes = codeBytes(f);
    std::vector<std::byte> stored(codes.size() * bytes);
    for (std::size_t i = 0; i < codes.size(); ++i) std::memcpy(stored.data() + i * bytes, &codes[i], bytes);
    std::vector<float> values(codes.size());
    decodeArray(f, stored, values);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto expected = static_cast<float>(decode(f, codes[i]));
        if (bitsOf(values[i]) == bitsOf(expected)) continue;
        ADD_FAILURE() << f.name << ": code " << std::hex << codes[i] << " gave " << bitsOf(values[i]) << " instead of "
                      << bitsOf(expected);
        return false;
    }
    return true;
}

TEST(CodeArray, CodesTakeTheFewestBytes) {
    EXPECT_EQ(codeBytes(format("e2m1")), 1u);
    EXPECT_EQ(codeBytes(format("e4m3")), 1u);
    EXPECT_EQ(codeBytes(format("bf16")), 2u);
    EXPECT_EQ(codeBytes(format("tf32")), 4u);
    EXPECT_EQ(codeBytes(*findFormat("e11m52")), 8u);
}

TEST(EncodeArray, AgreesWithTheScalarReferenceInEveryFormatAndMode) {
    for (const Format& f : test::everyKindOfFormat()) {
        const auto inputs = test::interestingInputs(f);
        for (const Rounding rounding : test::kRoundings)
            for (const Overflow overflow : test::kOverflows)
                ASSERT_TRUE(encodesAlike(f, inputs, {.rounding = rounding, .overflow = overflow, .seed = 99}));
    }
}

TEST(DecodeArray, AgreesWithTheScalarReferenceOnEveryCode) {
    std::mt19937_64 random(7);
    for (const Format& f : test::everyKindOfFormat()) {
        std::vector<std::uint64_t> codes;
        if (f.bits() <= 19) {
            for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) codes.push_back(code);
        } else {
            const std::uint64_t mask = f.bits() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << f.bits()) - 1;
            for (int i = 0; i < 100'000; ++i) codes.push_back(random() & mask);
            // The ends of every exponent field, of both signs.
            for (std::uint64_t field = 0; field < std::uint64_t{1} << (f.bits() - f.fractionBits); ++field)
                for (int offset : {-2, -1, 0, 1, 2})
                    codes.push_back(((field << f.fractionBits) + static_cast<std::uint64_t>(offset)) & mask);
        }
        ASSERT_TRUE(decodesAlike(f, codes));
    }
}

TEST(CodeArray, EveryCodeOfSmallFormatsComesBack) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 19 || limits(f).max >= 0x1p128 || limits(f).minSubnormal < 0x1p-149) continue;
        const std::size_t bytes = codeBytes(f), count = std::size_t{1} << f.bits();
        std::vector<std::byte> codes(count * bytes), again(count * bytes);
        for (std::uint64_t code = 0; code < count; ++code) std::memcpy(codes.data() + code * bytes, &code, bytes);
        std::vector<float> values(count);
        decodeArray(f, codes, values);
        encodeArray(f, values, again);
        for (std::uint64_t code = 0; code < count; ++code) {
            if (std::isnan(values[code])) {
                ASSERT_TRUE(std::isnan(decode(f, codeAt(again, bytes, code)))) << f.name << ' ' << code;
                continue;
            }
            // Without subnormals their codes stand for zero.
            if (!f.subnormals && values[code] == 0) continue;
            ASSERT_EQ(codeAt(again, bytes, code), code) << f.name;
        }
    }
}

TEST(CodeArray, DoesNotDependOnThreadsPlaceOrLength) {
    // Enough for several threads and for stores past the caches, at an address that is no multiple of a vector.
    const std::size_t size = (std::size_t{1} << 23) + 12345;
    std::vector<float> in(size);
    std::mt19937 random(3);
    for (auto& v : in) v = std::bit_cast<float>(static_cast<std::uint32_t>(random()) & 0xBFFFFFFFu);
    for (const char* name : {"fp16", "tf32", "e4m3", "e11m30"})
        for (const Rounding rounding : {Rounding::nearestEven, Rounding::stochastic}) {
            const Format f = *findFormat(name);
            const std::size_t bytes = codeBytes(f);
            // Across a change of the random numbers' key.
            const RoundOptions options{.rounding = rounding, .seed = 5, .index = (std::uint64_t{1} << 32) - 1000};
            std::vector<std::byte> whole(size * bytes + 1), parts(size * bytes);
            const auto unaligned = std::span(whole).subspan(1);
            encodeArray(f, in, unaligned, options);
            for (std::size_t begin = 0; begin < size; begin += 99991) {
                const std::size_t count = std::min<std::size_t>(99991, size - begin);
                RoundOptions own = options;
                own.index += begin;
                encodeArray(f, std::span(in).subspan(begin, count),
                            std::span(parts).subspan(begin * bytes, count * bytes), own);
            }
            EXPECT_EQ(std::memcmp(unaligned.data(), parts.data(), parts.size()), 0) << name;
            std::vector<float> values(size), one(1);
            decodeArray(f, parts, values);
            for (std::size_t i = 0; i < size; i += 9973) {
                decodeArray(f, std::span(parts).subspan(i * bytes, bytes), one);
                ASSERT_EQ(bitsOf(values[i]), bitsOf(one[0])) << name;
            }
        }
}

TEST(CodeArrayDeathTest, SizesThatDoNotFitEndTheProgram) {
    std::vector<float> values(3);
    std::vector<std::byte> codes(5);
    EXPECT_DEATH(encodeArray(format("bf16"), values, codes), "");
    EXPECT_DEATH(decodeArray(format("bf16"), codes, values), "");
}

}  // namespace
}  // namespace mantissa
