#pragma once

#include <QString>

#include "formats/format_entry.h"

namespace mantissa::ui {

// How a code becomes its value, in words and formulas.

/// "+" or "−" of the sign; "+, no sign bit" of unsigned formats.
QString signWords(const Format& format, std::uint64_t code);
/// "123 − 127 = −4"; what the field means where it is no exponent.
QString exponentWords(const Format& format, std::uint64_t code);
/// "77 / 128".
QString fractionWords(const Format& format, std::uint64_t code);
/// "+1.1001101₂ × 2⁻⁴"; an integer's sum of powers: "−128 + 13". Words for infinities and NaNs.
QString binaryFormula(const Format& format, std::uint64_t code);
/// "(−1)⁰ × 2⁻⁴ × (1 + 77/128)"; empty for integers, infinities and NaNs.
QString fractionFormula(const Format& format, std::uint64_t code);
/// "Normal number. Gap to the next value up (1 ULP) = 0.00048828125 = 2⁻¹¹. The typed value is 0.2 ULP away."
QString classSentence(const FormatEntry& entry);

}  // namespace mantissa::ui
