#include "graph/config_fields.h"

#include <limits>

namespace mantissa {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMaxSide = 16384;

/// A whole number that fits; nothing for fractions, other types and what is beyond 2⁶³.
std::optional<std::int64_t> wholeNumber(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return std::nullopt;
    return value.get<std::int64_t>();
}

}  // namespace

const Json* ConfigFields::find(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
}

void ConfigFields::fail(const std::string& name, const std::string& what) {
    if (!problem_) problem_ = Error{.code = ErrorCode::corrupt, .message = name + " " + what, .where = path_.string()};
}

void ConfigFields::read(const char* name, bool& target) {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_boolean()) return fail(name, "is not true or false");
    target = value->get<bool>();
}

void ConfigFields::read(const char* name, std::int64_t& target) {
    const Json* value = find(name);
    if (!value) return;
    const auto number = wholeNumber(*value);
    if (!number) return fail(name, "is no whole number");
    target = *number;
}

void ConfigFields::read(const char* name, double& target) {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_number()) return fail(name, "is no number");
    target = value->get<double>();
}

void ConfigFields::read(const char* name, std::string& target) {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_string()) return fail(name, "is no text");
    target = value->get<std::string>();
}

void ConfigFields::readList(const char* name, std::int64_t* target, std::size_t count) {
    const Json* value = find(name);
    if (!value) return;
    const std::string wanted = "is no list of " + std::to_string(count) + " whole numbers";
    if (!value->is_array() || value->size() != count) return fail(name, wanted);
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = wholeNumber((*value)[i]);
        if (!number) return fail(name, wanted);
        target[i] = *number;
    }
}

void ConfigFields::read(const char* name, std::vector<std::int64_t>& target) {
    const Json* value = find(name);
    if (!value) return;
    constexpr std::size_t kMost = 64;
    const bool isList = value->is_array() && value->size() <= kMost;
    std::vector<std::int64_t> numbers;
    if (isList)
        for (const auto& element : *value)
            if (const auto number = wholeNumber(element)) numbers.push_back(*number);
    if (!isList || numbers.size() != value->size()) return fail(name, "is no list of up to 64 whole numbers");
    target = std::move(numbers);
}

void ConfigFields::read(const char* name, std::optional<InputSize>& target) {
    const Json* value = find(name);
    if (!value) return;
    Json height = *value, width = *value;
    if (value->is_array() && value->size() == 2) {
        height = (*value)[0];
        width = (*value)[1];
    } else if (value->is_object()) {
        height = value->value("height", Json());
        width = value->value("width", Json());
    }
    const auto h = wholeNumber(height), w = wholeNumber(width);
    if (!h || !w || *h < 1 || *h > kMaxSide || *w < 1 || *w > kMaxSide)
        return fail(name, "is no size between 1 and 16384 px, nor a pair of them");
    target = InputSize{.height = *h, .width = *w};
}

}  // namespace mantissa
