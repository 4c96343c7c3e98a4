#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/formats_look.h"
#include "formats/int8_scale.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "result.h"

namespace mantissa::ui {

/// A format of the page: a known one by its name, or the custom one, whatever its name is at the moment.
inline constexpr std::string_view kCustomKey = "custom";

/// A value as it was typed. Bits, `max`, `min` and `eps` in it mean those of the format `readIn`.
struct TypedText {
    std::string text = "0.1";
    std::string readIn = "bf16";
    bool operator==(const TypedText&) const = default;
};

/// A value as the code of a format: its bits were flipped, and all other formats follow.
struct SourceBits {
    std::string key;
    std::uint64_t code = 0;
    bool operator==(const SourceBits&) const = default;
};

/// Which formats stand in the table.
enum class ShownFormats { main, small, integers, all };

/// Whether a format is one of them.
bool isShown(const Format& format, ShownFormats shown);

/// Everything the Formats page shows, as a value: one entry of the undo stack, and one line of text.
struct FormatsState {
    std::variant<TypedText, SourceBits> source;
    std::string selected = "bf16";  ///< key of the format whose bits the editor shows
    Rounding rounding = Rounding::nearestEven;
    Overflow overflow = Overflow::standard;
    std::uint64_t seed = 42;  ///< of stochastic rounding
    Format custom = *findFormat("e6m9");
    ShownFormats shown = ShownFormats::main;
    std::string addend = "0.001";  ///< what is added to see where sums stagnate; never bits of a format
    Int8Scale int8;
    FormatsLook look;

    bool operator==(const FormatsState&) const = default;

    RoundOptions roundOptions() const { return {.rounding = rounding, .overflow = overflow, .seed = seed}; }
    /// The format of a key; a key that is none of the page's ends the program.
    const Format& formatOf(std::string_view key) const;
    /// Scale and zero point by which a format's codes are read; none for those that stand for themselves.
    std::optional<Affine> affineOf(std::string_view key) const;
    /// What a code of a format stands for.
    double valueOf(std::string_view key, std::uint64_t code) const;
    /// Keys in the order of the table: known formats, and the custom one where it belongs.
    std::vector<std::string> shownKeys() const;
    /// Keys of every format there is, whether shown or not.
    static std::vector<std::string> allKeys();
};

/// `formats?bf16=0x3f80&select=bf16&round=up`: what a command line takes and "Copy state" gives. The value is either
/// `value=1/3` (with `in=bf16` where its bits, max, min or eps are those of another format than the selected one) or
/// the bits of a format, `custom-code=0x5a` for the custom one. `scale=0.05&zero-point=3` are those of INT8;
/// `errors=ulp`, `view=range` and `zoom=-8..2` say what table and chart show. What is as at the start is left out.
/// Percent signs stand for bytes as in a URL.
std::string stateText(const FormatsState& state);

/// Whether a text is meant as such an address.
bool isStateText(std::string_view text);

/// Reads it back. Errors (ErrorCode::invalidArgument) name the part that is not understood.
Result<FormatsState> parseState(std::string_view text);

}  // namespace mantissa::ui
