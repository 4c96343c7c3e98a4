// Codes and values of thirteen formats as other libraries have them: NumPy for FP16, ml_dtypes for the rest.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/numerics/formats_under_test.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

const fs::path kTables = fs::path(MANTISSA_TEST_DATA) / "formats";

template <class T>
std::vector<T> readTable(const std::string& name) {
    std::ifstream in(kTables / name, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    std::vector<T> table(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(table.size() * sizeof(T)),
              reinterpret_cast<char*>(table.data()));
    return table;
}

struct Table {
    const char* name;
    Format format;
};

void PrintTo(const Table& table, std::ostream* out) { *out << table.name; }

std::vector<Table> tables() {
    return {
        {"float16", format("fp16")},
        {"bfloat16", format("bf16")},
        {"float8_e4m3fn", format("e4m3")},
        {"float8_e5m2", format("e5m2")},
        {"float8_e4m3fnuz", format("e4m3fnuz")},
        {"float8_e5m2fnuz", format("e5m2fnuz")},
        {"float8_e4m3", *findFormat("float8_e4m3")},
        {"float8_e3m4", *findFormat("float8_e3m4")},
        {"float8_e4m3b11fnuz", *findFormat("float8_e4m3b11fnuz")},
        {"float8_e8m0fnu", format("e8m0")},
        {"float6_e3m2fn", format("e3m2")},
        {"float6_e2m3fn", format("e2m3")},
        {"float4_e2m1fn", format("e2m1")},
    };
}

std::vector<Table> saturatingTables() {
    std::vector<Table> saturating;
    for (const auto& table : tables())
        for (const char* name : {"e4m3", "e5m2", "e4m3fnuz", "e5m2fnuz"})
            if (table.format.name == name) saturating.push_back(table);
    return saturating;
}

class ReferenceTable : public testing::TestWithParam<Table> {
  protected:
    void SetUp() override {
        if (!fs::exists(kTables)) GTEST_SKIP() << "no reference tables in " << kTables;
    }

    std::vector<std::uint64_t> codesIn(const std::string& file) const {
        std::vector<std::uint64_t> codes;
        if (GetParam().format.bits() == 16)
            for (auto c : readTable<std::uint16_t>(file + ".u16.bin")) codes.push_back(c);
        else
            for (auto c : readTable<std::uint8_t>(file + ".u8.bin")) codes.push_back(c);
        return codes;
    }

    void checkEncoding(const std::string& file, const RoundOptions& options) const {
        const Format& f = GetParam().format;
        const auto inputs = readTable<std::uint32_t>("encode_inputs.u32.bin");
        const auto codes = codesIn(file);
        ASSERT_EQ(inputs.size(), 20000u);
        ASSERT_EQ(codes.size(), inputs.size());
        std::vector<float> values(inputs.size()), rounded(inputs.size());
        for (std::size_t i = 0; i < inputs.size(); ++i) values[i] = std::bit_cast<float>(inputs[i]);
        roundArray(f, values, rounded, options);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const auto code = encode(f, static_cast<double>(values[i]), options);
            if (std::isnan(values[i])) {
                // Sign and payload differ from one library to the next, and formats without NaN store a zero.
                if (limits(f).nans == 0) continue;
                EXPECT_TRUE(std::isnan(decode(f, code)) && std::isnan(rounded[i])) << std::hex << inputs[i];
                continue;
            }
            ASSERT_EQ(code, codes[i]) << "float32 bits " << std::hex << inputs[i];
            const double expected = decode(f, codes[i]);
            if (std::isnan(expected))
                ASSERT_TRUE(std::isnan(rounded[i])) << std::hex << inputs[i];
            else
                ASSERT_EQ(std::bit_cast<std::uint32_t>(rounded[i]),
                          std::bit_cast<std::uint32_t>(static_cast<float>(expected)))
                    << std::hex << inputs[i];
        }
    }
};

TEST_P(ReferenceTable, EveryCodeHasTheSameValue) {
    const auto& [name, f] = GetParam();
    const auto values = readTable<double>("decode_" + std::string(name) + ".f64.bin");
    ASSERT_EQ(values.size(), std::size_t{1} << f.bits());
    for (std::size_t code = 0; code < values.size(); ++code) {
        const double value = decode(f, code);
        if (std::isnan(values[code]))
            EXPECT_TRUE(std::isnan(value)) << code;
        else
            EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(values[code])) << code;
    }
}

TEST_P(ReferenceTable, EveryInputGetsTheSameCode) {
    const std::string exact = GetParam().format.name == "e8m0" ? "_exact" : "";
    checkEncoding("encode_" + std::string(GetParam().name) + exact, {});
}

class SaturatingTable : public ReferenceTable {};

TEST_P(SaturatingTable, EveryInputGetsTheSameCode) {
    checkEncoding("encode_" + std::string(GetParam().name) + "_saturating", {.overflow = Overflow::saturate});
}

std::string nameOf(const testing::TestParamInfo<Table>& table) { return table.param.name; }

INSTANTIATE_TEST_SUITE_P(Formats, ReferenceTable, testing::ValuesIn(tables()), nameOf);
INSTANTIATE_TEST_SUITE_P(Formats, SaturatingTable, testing::ValuesIn(saturatingTables()), nameOf);

TEST(ReferenceLimits, AgreeWithTheTable) {
    if (!fs::exists(kTables)) GTEST_SKIP() << "no reference tables in " << kTables;
    std::ifstream in(kTables / "finfo.csv");
    std::string line;
    std::getline(in, line);
    std::size_t checked = 0;
    while (std::getline(in, line)) {
        std::vector<std::string> cells;
        for (std::size_t start = 0, end; start <= line.size(); start = end + 1) {
            end = std::min(line.find(',', start), line.size());
            cells.push_back(line.substr(start, end - start));
        }
        ASSERT_GE(cells.size(), 12u) << line;
        for (const auto& [name, f] : tables()) {
            if (cells[0] != name) continue;
            ++checked;
            const FormatLimits l = limits(f);
            EXPECT_EQ(f.bits(), std::stoi(cells[1])) << name;
            EXPECT_EQ(f.bias, std::stoi(cells[4])) << name;
            EXPECT_EQ(l.max, std::strtod(cells[5].c_str(), nullptr)) << name;
            EXPECT_EQ(l.minNormal, std::strtod(cells[6].c_str(), nullptr)) << name;
            EXPECT_EQ(l.minSubnormal, std::strtod(cells[7].c_str(), nullptr)) << name;
            EXPECT_EQ(l.epsilon, std::strtod(cells[8].c_str(), nullptr)) << name;
            EXPECT_EQ(l.infinities != 0, cells[9] == "1") << name;
        }
    }
    EXPECT_EQ(checked, tables().size());
}

}  // namespace
}  // namespace mantissa
