// The vectorised kernels against the scalar reference on all 2^32 float32 values.

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <vector>

#include "core/numerics/all_inputs.h"
#include "core/numerics/formats_under_test.h"
#include "numerics/code_array.h"

namespace mantissa {
namespace {

/// About two minutes a format and core where all are asked for.
class AllInputs : public testing::TestWithParam<Format> {};

TEST_P(AllInputs, RoundAndEncodeAsTheScalarReference) {
    const Format& f = GetParam();
    const std::size_t bytes = codeBytes(f);
    const auto agree = [&](std::span<const float> in) {
        std::vector<float> rounded(in.size());
        std::vector<std::byte> codes(in.size() * bytes);
        roundArray(f, in, rounded);
        encodeArray(f, in, codes);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::uint64_t expected = encode(f, static_cast<double>(in[i]));
            std::uint64_t code = 0;
            std::memcpy(&code, codes.data() + i * bytes, bytes);
            const auto value = static_cast<float>(decode(f, expected));
            if (code == expected && std::bit_cast<std::uint32_t>(rounded[i]) == std::bit_cast<std::uint32_t>(value))
                continue;
            ADD_FAILURE() << f.name << ": float32 bits " << std::hex << std::bit_cast<std::uint32_t>(in[i])
                          << " gave code " << code << " and value " << rounded[i] << " instead of " << expected
                          << " and " << value;
            return false;
        }
        return true;
    };
    EXPECT_TRUE(test::forAllInputs(agree));
}

std::vector<Format> smallFormats() {
    std::vector<Format> small;
    for (const Format& f : knownFormats())
        if (f.bits() <= 19) small.push_back(f);
    for (const char* name : {"e6m9", "e4m3ieee", "e3m4", "e4m3b11fnuz"}) small.push_back(*findFormat(name));
    return small;
}

INSTANTIATE_TEST_SUITE_P(Formats, AllInputs, testing::ValuesIn(smallFormats()),
                         [](const testing::TestParamInfo<Format>& f) { return f.param.name; });

}  // namespace
}  // namespace mantissa
