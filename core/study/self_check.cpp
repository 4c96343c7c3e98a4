#include "study/self_check.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>

#include "numerics/rounding.h"
#include "numerics/value_text.h"

namespace mantissa {
namespace {

struct Pair {
    const char* name;
    c10::ScalarType dtype;
};
// clang-format off
constexpr Pair kPairs[]{{"fp16", c10::ScalarType::Half},
                        {"bf16", c10::ScalarType::BFloat16},
                        {"e4m3", c10::ScalarType::Float8_e4m3fn},
                        {"e5m2", c10::ScalarType::Float8_e5m2},
                        {"e4m3fnuz", c10::ScalarType::Float8_e4m3fnuz},
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 7  // the first that has it
                        {"e8m0", c10::ScalarType::Float8_e8m0fnu},
#endif
                        {"e5m2fnuz", c10::ScalarType::Float8_e5m2fnuz}};
// clang-format on

bool same(double ours, double theirs) {
    if (std::isnan(ours) || std::isnan(theirs)) return std::isnan(ours) && std::isnan(theirs);
    return ours == theirs && std::signbit(ours) == std::signbit(theirs);
}

void note(FormatCheck& check, const std::string& what, double ours, double theirs) {
    if (same(ours, theirs)) return;
    if (check.differ++ == 0)
        check.firstDifference = what + ": " + shortestText(ours) + " here, " + shortestText(theirs) + " in LibTorch";
}

/// LibTorch's values of the codes 0 to count − 1.
std::vector<float> valuesOfCodes(c10::ScalarType dtype, std::int64_t count) {
    const at::Tensor codes = at::empty({count}, at::TensorOptions().dtype(dtype));
    if (codes.element_size() == 2)
        for (std::int64_t i = 0; i < count; ++i)
            static_cast<std::uint16_t*>(codes.data_ptr())[i] = static_cast<std::uint16_t>(i);
    else
        for (std::int64_t i = 0; i < count; ++i)
            static_cast<std::uint8_t*>(codes.data_ptr())[i] = static_cast<std::uint8_t>(i);
    const at::Tensor values = codes.to(at::kFloat).contiguous();
    const float* data = values.const_data_ptr<float>();
    return {data, data + count};
}

/// What LibTorch makes of FP32 values in the dtype, as FP32 again.
std::vector<float> castThrough(c10::ScalarType dtype, std::vector<float>& values) {
    const auto count = static_cast<std::int64_t>(values.size());
    const at::Tensor in = at::from_blob(values.data(), {count}, at::kFloat);
    const at::Tensor out = in.to(dtype).to(at::kFloat).contiguous();
    const float* data = out.const_data_ptr<float>();
    return {data, data + count};
}

/// Between its two smallest values LibTorch's E8M0 does not round to the nearest: the smaller is subnormal in FP32.
bool isE8m0Exception(float value) { return value > 0x1p-127F && value < 0x1.8p-127F; }

/// Every value up to the largest, and around every middle between two of them.
std::vector<float> testValues(const Format& f) {
    std::vector<float> values;
    const double max = limits(f).max;
    const std::uint64_t count = limits(f).codes;
    for (std::uint64_t code = 0; code < count; ++code) {
        const double here = decode(f, code);
        if (!std::isfinite(here)) continue;
        values.push_back(static_cast<float>(here));
        const double next = decode(f, nextUp(f, code));
        if (!std::isfinite(next) || next == here || std::abs(next) > max) continue;
        const auto middle = static_cast<float>(here + (next - here) / 2);
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        for (const float value : {std::nextafter(middle, -kInfinity), middle, std::nextafter(middle, kInfinity)})
            if (f.name != "e8m0" || !isE8m0Exception(value)) values.push_back(value);
    }
    return values;
}

FormatCheck checkFormat(const Format& f, c10::ScalarType dtype) {
    FormatCheck check{.format = f};
    check.codes = static_cast<std::int64_t>(limits(f).codes);
    const std::vector<float> theirs = valuesOfCodes(dtype, check.codes);
    for (std::int64_t code = 0; code < check.codes; ++code)
        note(check, "code 0x" + codeText(f, static_cast<std::uint64_t>(code)),
             decode(f, static_cast<std::uint64_t>(code)), theirs[static_cast<std::size_t>(code)]);
    std::vector<float> values = testValues(f);
    check.values = static_cast<std::int64_t>(values.size());
    const std::vector<float> cast = castThrough(dtype, values);
    for (std::size_t i = 0; i < values.size(); ++i)
        note(check, "FP32 " + shortestText(static_cast<double>(values[i])), roundTo(f, static_cast<double>(values[i])),
             cast[i]);
    return check;
}

std::string grouped(std::int64_t value) {
    std::string text = std::to_string(value);
    if (text.size() > 4)
        for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
            text.insert(static_cast<std::size_t>(at), "\u202F");  // narrow no-break space
    return text;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

}  // namespace

bool SelfCheckReport::passed() const {
    return std::all_of(formats.begin(), formats.end(), [](const FormatCheck& check) { return check.differ == 0; });
}

Result<SelfCheckReport> selfCheck(std::stop_token stop, const Progress& progress,
                                  const std::vector<std::string>& only) {
    SelfCheckReport report{.formats = {}, .libtorch = TORCH_VERSION};
    try {
        std::int64_t done = 0;
        for (const auto& [name, dtype] : kPairs) {
            if (stop.stop_requested())
                return Error{.code = ErrorCode::cancelled, .message = "the self-check was cancelled"};
            const Format& f = format(name);
            if (progress) progress({.stage = "Self-check: " + f.title, .done = done, .total = std::size(kPairs)});
            ++done;
            if (only.empty() || std::find(only.begin(), only.end(), name) != only.end())
                report.formats.push_back(checkFormat(f, dtype));
        }
    } catch (const std::exception& failure) {
        return Error{.code = ErrorCode::internal,
                     .message = std::string("LibTorch stopped the self-check: ") + failure.what()};
    }
    return report;
}

std::string selfCheckLine(const SelfCheckReport& report) {
    if (!report.passed()) {
        for (const auto& check : report.formats)
            if (check.differ > 0)
                return grouped(check.differ) + " values of " + check.format.title + " differ from LibTorch " +
                       report.libtorch + "; " + check.firstDifference;
    }
    std::vector<std::string> wide, narrow;
    std::int64_t wideCodes = 0, narrowCodes = 0;
    for (const auto& check : report.formats) {
        const bool isWide = check.format.bits() > 8;
        (isWide ? wide : narrow).push_back(check.format.title);
        (isWide ? wideCodes : narrowCodes) = check.codes;
    }
    std::vector<std::string> parts;
    if (!wide.empty()) parts.push_back("all " + grouped(wideCodes) + " " + joined(wide) + " codes");
    if (!narrow.empty())
        parts.push_back("all " + grouped(narrowCodes) + " codes of " +
                        (narrow.size() > 1 ? std::to_string(narrow.size()) + " formats of 8 bits" : narrow.front()));
    return joined(parts) + " match LibTorch";
}

}  // namespace mantissa
