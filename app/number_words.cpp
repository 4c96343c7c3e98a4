#include "number_words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mantissa::app {
namespace {

bool startsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::string printed(const char* pattern, int precision, double value) {
    if (std::isnan(value)) return "nan";  // its sign says nothing
    char text[400];  // the largest FP64 has 309 digits before the point
    std::snprintf(text, sizeof text, pattern, precision, value);
    return text;
}

}  // namespace

std::string significant(double value, int digits) { return printed("%.*g", digits, value); }

std::string fixed(double value, int decimals) { return printed("%.*f", decimals, value); }

std::string grouped(std::int64_t count) {
    std::string text = std::to_string(count);
    const std::size_t first = count < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string bytesText(std::int64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (bytes >= 1'000'000'000) return fixed(size / 1e9, 2) + " GB";
    if (bytes >= 1'000'000) return fixed(size / 1e6, 2) + " MB";
    if (bytes >= 1'000) return fixed(size / 1e3, 1) + " kB";
    return std::to_string(bytes) + " B";
}

std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text;
}

std::string shortened(const std::string& text, std::size_t columns) {
    if (columnsOf(text) <= columns) return text;
    std::size_t end = 0;
    for (std::size_t characters = 0; end < text.size(); ++end)
        if (startsCharacter(text[end]) && ++characters == columns) break;
    return text.substr(0, end) + "…";
}

std::size_t columnsOf(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), startsCharacter));
}

}  // namespace mantissa::app
