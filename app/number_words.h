#pragma once

#include <cstdint>
#include <string>

namespace mantissa::app {

/// `digits` significant digits at most, with an exponent where that is shorter; "nan", "inf", "-inf".
std::string significant(double value, int digits = 6);

/// A fixed number of decimals; "nan", "inf", "-inf".
std::string fixed(double value, int decimals);

/// Thousands apart: "5,578,632".
std::string grouped(std::int64_t count);

/// In the unit that suits it, powers of ten: "22.36 MB", "102.3 kB", "12 B".
std::string bytesText(std::int64_t bytes);

/// What may go to a terminal: control characters, which names in files may hold, become "?".
std::string printable(std::string text);

/// Long text cut off at `columns` characters of UTF-8.
std::string shortened(const std::string& text, std::size_t columns);

/// Characters of UTF-8 text: columns in a terminal, for scripts whose characters take one each.
std::size_t columnsOf(const std::string& text);

}  // namespace mantissa::app
