#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

namespace mantissa {

/// Every JSON text that Mantissa writes keeps the order in which its keys were set.
using OrderedJson = nlohmann::ordered_json;

/// A number as JSON: shortest text that reads back to the same FP64; NaN and infinities, which JSON has not, as
/// "nan", "inf" and "-inf".
inline OrderedJson jsonNumber(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

/// As jsonNumber; null where there is none.
inline OrderedJson orNull(const std::optional<double>& value) {
    return value ? jsonNumber(*value) : OrderedJson(nullptr);
}

template <class T>
OrderedJson jsonNumbers(std::span<const T> values) {
    OrderedJson list = OrderedJson::array();
    for (const T value : values) list.push_back(jsonNumber(static_cast<double>(value)));
    return list;
}

}  // namespace mantissa
