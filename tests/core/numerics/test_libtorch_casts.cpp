// LibTorch's own casts against ours, on all 2^32 float32 values and every code of the types that it has.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/numerics/all_inputs.h"
#include "core/numerics/formats_under_test.h"
#include "numerics/code_array.h"

namespace mantissa {
namespace {

struct TorchType {
    const char* format;
    at::ScalarType dtype;
};

void PrintTo(const TorchType& type, std::ostream* out) { *out << type.format; }

constexpr TorchType kTypes[] = {{"bf16", at::kBFloat16},
                                {"fp16", at::kHalf},
                                {"e4m3", at::kFloat8_e4m3fn},
                                {"e5m2", at::kFloat8_e5m2},
                                {"e4m3fnuz", at::kFloat8_e4m3fnuz},
                                {"e5m2fnuz", at::kFloat8_e5m2fnuz},
                                {"e8m0", at::kFloat8_e8m0fnu}};

at::Tensor cast(std::span<const float> in, at::ScalarType dtype) {
    return at::from_blob(const_cast<float*>(in.data()), {static_cast<std::int64_t>(in.size())}, at::kFloat).to(dtype);
}

std::uint64_t codeAt(const void* codes, std::size_t bytes, std::size_t i) {
    std::uint64_t code = 0;
    std::memcpy(&code, static_cast<const char*>(codes) + i * bytes, bytes);
    return code;
}

/// Releases differ: E4M3 saturates from LibTorch 2.13 on, and gave NaN before.
Overflow overflowOf(const TorchType& type) {
    const float huge = std::numeric_limits<float>::max();  // beyond every one of the types
    const at::Tensor stored = cast(std::span(&huge, 1), type.dtype);
    const Format& f = format(type.format);
    const std::uint64_t saturated = encode(f, huge, {.overflow = Overflow::saturate});
    return codeAt(stored.const_data_ptr(), codeBytes(f), 0) == saturated ? Overflow::saturate : Overflow::standard;
}

/// Where LibTorch's E8M0 is no rounding to the nearest value: it takes the magnitude of negative values and gives
/// 2^-127 for 0, and what lies above 2^-127 among float32's subnormals goes up to 2^-126 below the half-way point, too.
bool isE8m0Exception(float x) { return !(x > 0) || (x > 0x1p-127F && x < 0x1.8p-127F); }

class LibTorchCasts : public testing::TestWithParam<TorchType> {};

TEST_P(LibTorchCasts, EveryFloatGetsTheSameCode) {
    const TorchType& type = GetParam();
    const Format& f = format(type.format);
    const std::size_t bytes = codeBytes(f);
    const RoundOptions options{.overflow = overflowOf(type)};
    const auto agree = [&](std::span<const float> in) {
        const at::Tensor theirs = cast(in, type.dtype);
        std::vector<std::byte> ours(in.size() * bytes);
        encodeArray(f, in, ours, options);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::uint64_t own = codeAt(ours.data(), bytes, i), other = codeAt(theirs.const_data_ptr(), bytes, i);
            // Of a NaN, sign and payload are each library's own.
            if (own == other || (std::isnan(in[i]) && std::isnan(decode(f, own)) && std::isnan(decode(f, other))))
                continue;
            if (f.name == "e8m0" && isE8m0Exception(in[i])) continue;
            ADD_FAILURE() << f.name << ": float32 bits " << std::hex << std::bit_cast<std::uint32_t>(in[i]) << ": ours "
                          << own << ", LibTorch's " << other;
            return false;
        }
        return true;
    };
    EXPECT_TRUE(test::forAllInputs(agree));
}

TEST_P(LibTorchCasts, EveryCodeHasTheSameValue) {
    const TorchType& type = GetParam();
    const Format& f = format(type.format);
    const std::size_t bytes = codeBytes(f), count = std::size_t{1} << f.bits();
    std::vector<std::byte> codes(count * bytes);
    for (std::uint64_t code = 0; code < count; ++code) std::memcpy(codes.data() + code * bytes, &code, bytes);
    std::vector<float> ours(count);
    decodeArray(f, codes, ours);
    const at::Tensor theirs =
        at::from_blob(codes.data(), {static_cast<std::int64_t>(count)}, type.dtype).to(at::kFloat);
    const float* values = theirs.const_data_ptr<float>();
    for (std::size_t code = 0; code < count; ++code) {
        if (std::isnan(ours[code]))
            ASSERT_TRUE(std::isnan(values[code])) << code;
        else
            ASSERT_EQ(std::bit_cast<std::uint32_t>(ours[code]), std::bit_cast<std::uint32_t>(values[code])) << code;
    }
}

INSTANTIATE_TEST_SUITE_P(Types, LibTorchCasts, testing::ValuesIn(kTypes),
                         [](const testing::TestParamInfo<TorchType>& type) { return std::string(type.param.format); });

}  // namespace
}  // namespace mantissa
