#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "commands.h"
#include "console.h"
#include "format_list.h"
#include "number_words.h"
#include "numerics/format.h"
#include "numerics/format_uses.h"
#include "numerics/rounding.h"
#include "numerics/stated_limits.h"
#include "numerics/value_text.h"
#include "option_words.h"
#include "report/formats_json.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

struct Options {
    std::vector<std::string> names;
    std::optional<std::string> value;
    std::optional<std::string> values;
    RoundOptions rounding;
    std::optional<double> scale;
    std::optional<int> zeroPoint;
    std::string json;
};

/// What a command line asks for, with its formats found.
struct Request {
    std::vector<Format> formats;
    Format selected;  ///< in which 0x…, 0b…, max, min and eps are read
    RoundOptions rounding;
    std::optional<Affine> affine;
};

Error refusal(std::string message, const std::string& where) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = where};
}

/// Scale and zero point of the integer formats named; nothing where neither is given.
Result<std::optional<Affine>> affineFrom(const Options& options, std::span<const Format> formats) {
    if (!options.scale && !options.zeroPoint) return std::optional<Affine>();
    if (!options.value && !options.values) return refusal("goes with --value or --values", "--scale");
    if (formats.empty()) return refusal("needs the name of an integer format, such as int8", "--scale");
    const Affine affine{.scale = static_cast<float>(options.scale.value_or(1)),
                        .zeroPoint = options.zeroPoint.value_or(0)};
    if (!isUsableScale(affine.scale))
        return refusal("a scale is positive and finite, and so is its reciprocal, in float32", "--scale");
    for (const Format& f : formats) {
        if (f.kind != FormatKind::integer)
            return refusal("takes no scale and no zero point; integers do, such as int8", f.name);
        const StatedLimits l = statedLimits(f);
        if (affine.zeroPoint < l.lowest || affine.zeroPoint > l.max)
            return refusal(
                "the zero point is a code, from " + significant(l.lowest, 10) + " to " + significant(l.max, 10),
                f.name);
    }
    return std::optional(affine);
}

Result<Request> requestFrom(const Options& options) {
    Request request{.formats = {}, .selected = format("fp32"), .rounding = options.rounding, .affine = {}};
    auto named = formatsNamed(options.names);
    if (!named) return std::move(named).error();
    request.formats = *std::move(named);
    const auto affine = affineFrom(options, request.formats);
    if (!affine) return affine.error();
    request.affine = *affine;
    for (const Format& f : request.formats) {
        if (!(options.value || options.values) || f.scaling == Scaling::none) continue;
        if (f.scaling == Scaling::affine && request.affine) continue;
        if (f.scaling == Scaling::affine)
            return refusal("stores a value with a scale and a zero point; give them with --scale and --zero-point",
                           f.name);
        return refusal("stores values with a scale that many share, so one value has no code of its own; " +
                           elementOf(f).name + " is the format of its elements",
                       f.name);
    }
    if (!request.formats.empty()) {
        request.selected = request.formats.front();
    } else {
        const auto known = knownFormats();
        request.formats.assign(known.begin(), known.end());
        if (!options.value && !options.values)
            request.formats.insert(request.formats.end(), scaledFormats().begin(), scaledFormats().end());
    }
    return request;
}

/// What scales a format's codes, short: "32 × e8m0" for blocks.
std::string scaleText(const Format& f) {
    if (const Format* scale = scaleOf(f)) return std::to_string(f.blockSize) + " × " + scale->name;
    return f.scaling == Scaling::affine ? "affine" : "";
}

std::string limitsTable(std::span<const Format> formats) {
    TextTable table;
    table.row({"format", "bits", "sign", "exp", "frac", "bias", "lowest", "max", "min normal", "min subnormal",
               "epsilon", "digits", "codes", "NaNs", "infs", "range dB", "binades", "scale"});
    const auto orNone = [](const std::optional<double>& limit, int digits) {
        return limit ? significant(*limit, digits) : std::string("—");
    };
    for (const Format& f : formats) {
        const FormatLimits l = limits(f);
        const StatedLimits stated = statedLimits(f);
        table.row({f.name, std::to_string(f.bits()), std::to_string(f.signBits), std::to_string(f.exponentBits),
                   std::to_string(f.fractionBits), f.kind == FormatKind::integer ? "—" : std::to_string(f.bias),
                   significant(stated.lowest), significant(stated.max), orNone(stated.minNormal, 6),
                   orNone(stated.minSubnormal, 6), orNone(stated.epsilon, 6), orNone(stated.decimalDigits, 3),
                   significant(std::ldexp(1.0, f.bits()), 10), std::to_string(l.nans), std::to_string(l.infinities),
                   orNone(stated.dynamicRangeDb, 5), orNone(stated.dynamicRangeBinades, 4), scaleText(f)});
    }
    return table.text();
}

/// Where each format is used, and what says so.
std::string usesText(std::span<const Format> formats) {
    std::string text;
    for (const Format& f : formats) {
        const auto uses = usesOf(f);
        if (uses.empty()) continue;
        text += "\n" + f.title + " is used by\n";
        for (const FormatUse& use : uses)
            text += "  " + std::string(use.user) + ": " + std::string(use.how) + "\n    [" + std::string(use.source) +
                    "]\n";
    }
    return text;
}

std::string valueTable(const ValueInFormats& v) {
    TextTable table;
    table.row({"format", "bits", "code", "stored", "error", "relative", "ULP", "next down", "next up"});
    for (const Format& f : v.formats) {
        const StoredValue stored = v.storedIn(f);
        const auto neighbour = [&](std::uint64_t code) {
            return code == stored.code ? "" : shortestText(v.valueOf(f, code));
        };
        const auto lost = [&](double error) { return stored.exact ? "exact" : significant(error, 4); };
        table.row({f.name, bitText(f, stored.code), codeText(f, stored.code), exactDecimalText(stored.value),
                   lost(stored.error), lost(stored.relativeError), lost(stored.ulps),
                   neighbour(nextDown(f, stored.code)), neighbour(nextUp(f, stored.code))});
    }
    return table.text();
}

/// The input, then code and value in each format, with tabs between: expressions may hold spaces.
std::string valueLine(const ValueInFormats& v) {
    std::string line = v.input;
    for (const Format& f : v.formats) {
        const StoredValue stored = v.storedIn(f);
        line += '\t' + codeText(f, stored.code) + '\t' + shortestText(stored.value);
    }
    return line + '\n';
}

/// Reads values, one a line; empty lines count for nothing. The n-th value, from 0, is the n-th element for stochastic
/// rounding.
template <class Function>
Status forEachValue(const std::string& source, const Request& request, Function use) {
    std::ifstream file;
    if (source != "-") file.open(source);
    std::istream& in = source == "-" ? std::cin : file;
    const std::string name = source == "-" ? "standard input" : source;
    if (!in) return Error{.code = ErrorCode::unreadable, .message = "cannot be opened", .where = name};
    RoundOptions rounding = request.rounding;
    // A little more than a value may have; getline stops there however long a line claims to be.
    char line[8192];
    for (std::size_t number = 1; in.getline(line, sizeof line) || in.gcount() > 0; ++number) {
        const std::string where = name + ", line " + std::to_string(number);
        if (in.fail() && !in.eof())
            return Error{.code = ErrorCode::corrupt, .message = "the line is too long to be a value", .where = where};
        std::string_view text(line);
        while (text.ends_with('\r') || text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
        if (text.empty()) continue;
        const auto value = TypedValue::parse(text, request.selected);
        if (!value) return Error{.code = ErrorCode::corrupt, .message = value.error().text(), .where = where};
        use(ValueInFormats{.input = std::string(text),
                           .value = *value,
                           .formats = request.formats,
                           .rounding = rounding,
                           .affine = request.affine});
        ++rounding.index;
    }
    if (in.bad()) return Error{.code = ErrorCode::unreadable, .message = "could not be read to its end", .where = name};
    return Done{};
}

int finish(const Status& status) { return status ? kDone : fail(status.error()); }

int runLimits(const Options& options, const Request& request) {
    // Of all formats at once the uses would bury the limits.
    const std::string uses = options.names.empty() ? "" : usesText(request.formats);
    if (options.json.empty()) return finish(writeText("-", limitsTable(request.formats) + uses));
    return finish(writeText(options.json, formatsJson(request.formats)));
}

int runValue(const Options& options, const Request& request) {
    const auto value = TypedValue::parse(*options.value, request.selected);
    if (!value) return fail(value.error());
    const ValueInFormats v{.input = *options.value,
                           .value = *value,
                           .formats = request.formats,
                           .rounding = request.rounding,
                           .affine = request.affine};
    if (options.json.empty()) return finish(writeText("-", valueTable(v)));
    return finish(writeText(options.json, valueJson(v)));
}

int runValues(const Options& options, const Request& request) {
    if (options.json.empty()) {
        // A filter: every line goes out as it comes in.
        const Status status =
            forEachValue(*options.values, request, [](const ValueInFormats& v) { std::cout << valueLine(v); });
        if (!status) return fail(status.error());
        return finish(writeText("-", ""));
    }
    std::string list;
    const Status status = forEachValue(*options.values, request, [&](const ValueInFormats& v) {
        list += (list.empty() ? "[\n  " : ",\n  ") + valueItemJson(v);
    });
    if (!status) return fail(status.error());
    return finish(writeText(options.json, list.empty() ? "[]\n" : list + "\n]\n"));
}

int runFormats(const Options& options) {
    const auto request = requestFrom(options);
    if (!request) return fail(request.error());
    if (options.values) return runValues(options, *request);
    if (options.value) return runValue(options, *request);
    return runLimits(options, *request);
}

}  // namespace

void addFormatsCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand("formats", "Show the limits of number formats, or values in them");
    auto options = std::make_shared<Options>();
    command->add_option("names", options->names, "Formats (default: every one with a name), with where they are used")
        ->type_name("NAME");
    command->footer(
        "Other formats are spelt eXmY[bBIAS][ieee|fn|fnuz|f][nosub]: X exponent bits (1 to 11) and Y fraction bits (0 "
        "to "
        "52),\nanother bias, which codes are special (ieee: infinities and NaNs in the top exponent; fn: one NaN of "
        "each "
        "sign, all\nones; fnuz: one NaN in place of -0; f: every code finite) and no subnormals. e6m9, e4m3b11fnuz, "
        "e8m7nosub.\nWithout a word for the special values, a shape that OCP defines is OCP's, any other is "
        "IEEE-like.");
    auto* value =
        command
            ->add_option(
                "--value", options->value,
                "A value to show in each format: 0.1, 1/3, 2^-24, pi, max, nan, 0x1.8p-3, f32:3dcccccd; 0x… and "
                "0b… are bits, and max, min and eps limits, of the first format named (FP32 if none is)")
            ->type_name("VALUE");
    command->add_option("--values", options->values, "A file of values, one a line, or - for standard input")
        ->type_name("FILE")
        ->excludes(value);
    std::vector<std::pair<std::string, Rounding>> roundings;
    for (const auto& [rounding, name] : kRoundingNames) roundings.emplace_back(name, rounding);
    addWordOption(*command, "--round", options->rounding.rounding, roundings, "How to round");
    addWordOption<Overflow>(*command, "--overflow", options->rounding.overflow,
                            {{"ieee", Overflow::standard}, {"saturate", Overflow::saturate}},
                            "Beyond the largest value: as the format's standard says, or the largest");
    addNumberOption(*command, "--seed", options->rounding.seed, "Seed of stochastic rounding", 0,
                    std::numeric_limits<std::uint64_t>::max())
        ->capture_default_str();
    command
        ->add_option("--scale", options->scale,
                     "Of integer formats: a code q stands for (q - Z) x S; 1 unless given. With --value or --values")
        ->type_name("S");
    command->add_option("--zero-point", options->zeroPoint, "Of integer formats: the code that stands for 0")
        ->type_name("Z");
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->callback([options, &exitCode] { exitCode = runFormats(*options); });
}

}  // namespace mantissa::app
