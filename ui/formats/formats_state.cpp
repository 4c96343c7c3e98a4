#include "formats/formats_state.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "numerics/value_text.h"

namespace mantissa::ui {
namespace {

constexpr std::string_view kAddress = "formats?";
constexpr std::string_view kCustomCode = "custom-code";
constexpr std::string_view kMainFormats[]{"fp64", "fp32", "tf32", "fp16", "bf16", "e4m3", "e5m2", "int8"};

struct ShownName {
    ShownFormats shown;
    std::string_view name;
};
constexpr ShownName kShownNames[]{{ShownFormats::main, "main"},
                                  {ShownFormats::small, "small"},
                                  {ShownFormats::integers, "integers"},
                                  {ShownFormats::all, "all"}};

struct ErrorsName {
    ErrorKind errors;
    std::string_view name;
};
constexpr ErrorsName kErrorsNames[]{
    {ErrorKind::relative, "relative"}, {ErrorKind::absolute, "absolute"}, {ErrorKind::ulps, "ulp"}};

struct ViewName {
    ValuesView view;
    std::string_view name;
};
constexpr ViewName kViewNames[]{{ValuesView::near, "near"},
                                {ValuesView::range, "range"},
                                {ValuesView::codes, "codes"},
                                {ValuesView::scaled, kScaledKey}};
constexpr std::string_view kZoomTo = "..";
constexpr double kLeastZoom = 1e-250, kMostZoom = 1e250;  // what an axis can show

Error misread(std::string message, std::string_view part) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::string(part)};
}

bool isPlain(char c) {
    // What separates parts, what shells and URLs treat specially, and what is no visible ASCII.
    return c > ' ' && c < 0x7F && std::string_view("%&=#?\"'`\\<>").find(c) == std::string_view::npos;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (isPlain(c)) {
            out += c;
            continue;
        }
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += code;
    }
    return out;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto end = text.data() + i + 3;
        if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

/// The key of a format by any of its spellings; an eXmY that is not known becomes the custom one.
Result<std::string> keyOf(std::string_view name, FormatsState& state) {
    if (name == kCustomKey) return std::string(kCustomKey);
    const auto found = findFormat(name);
    if (!found) return misread("is no number format", name);
    const auto known = knownFormats();
    if (std::any_of(known.begin(), known.end(), [&](const Format& f) { return f.name == found->name; }))
        return found->name;
    state.custom = *found;
    return std::string(kCustomKey);
}

Result<std::uint64_t> codeOf(const Format& f, std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const bool binary = text.starts_with("0b") || text.starts_with("0B");
    const std::string_view digits = hex || binary ? text.substr(2) : text;
    std::uint64_t code = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), code, binary ? 2 : 16);
    if (digits.empty() || problem != std::errc{} || end != digits.data() + digits.size())
        return misread("are no bits; write 0x3f80 or 0b…", text);
    if (f.bits() < 64 && (code >> f.bits()) != 0)
        return misread("has more than the " + std::to_string(f.bits()) + " bits of " + f.title, text);
    return code;
}

template <class Table, class Value>
std::string_view nameIn(const Table& table, Value value) {
    for (const auto& [one, name] : table)
        if (one == value) return name;
    return {};
}

template <class Table>
auto valueIn(const Table& table, std::string_view name) {
    const auto& [first, firstName] = *std::begin(table);
    std::optional<std::decay_t<decltype(first)>> found;
    for (const auto& [value, text] : table)
        if (text == name) found = value;
    return found;
}

std::optional<double> numberFrom(std::string_view text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string zoomText(const ZoomRange& zoom) {
    return shortestText(zoom.low) + std::string(kZoomTo) + shortestText(zoom.high);
}

Result<ZoomRange> zoomFrom(std::string_view text) {
    const auto middle = text.find(kZoomTo);
    if (middle != std::string_view::npos) {
        const auto low = numberFrom(text.substr(0, middle)), high = numberFrom(text.substr(middle + kZoomTo.size()));
        // NaN compares false.
        if (low && high && *high - *low >= kLeastZoom && *high - *low <= kMostZoom)
            return ZoomRange{.low = *low, .high = *high};
    }
    return misread("is no part of an axis; write its two ends, the lower first: -0.01..0.01", text);
}

/// Takes a part that says how the page looks; nothing where it is about something else.
std::optional<Status> takeLookPart(std::string_view name, const std::string& value, FormatsLook& look) {
    if (name == "errors") {
        const auto errors = valueIn(kErrorsNames, value);
        if (!errors) return misread("is no kind of error; there are relative, absolute and ulp", value);
        look.errors = *errors;
        return Done{};
    }
    if (name == "view") {
        const auto view = valueIn(kViewNames, value);
        if (!view) return misread("is no view of the values; there are near, range, codes and int8", value);
        look.values = *view;
        return Done{};
    }
    if (name != "zoom") return std::nullopt;
    const auto zoom = zoomFrom(value);
    if (!zoom) return zoom.error();
    look.zoom = *zoom;
    return Done{};
}

/// Takes scale or zero point of INT8; nothing where the part is about something else.
std::optional<Status> takeScalePart(std::string_view name, const std::string& value, Int8Scale& int8) {
    if (name == "scale") {
        const auto scale = readScale(value);
        if (!scale) return scale.error();
        int8.scale = *scale;
        return Done{};
    }
    if (name != "zero-point") return std::nullopt;
    const auto zeroPoint = readZeroPoint(value);
    if (!zeroPoint) return zeroPoint.error();
    int8.zeroPoint = *zeroPoint;
    return Done{};
}

/// What a text says besides the state itself, gathered before it is put together.
struct Parts {
    std::optional<std::string> value, readIn, select;
    std::optional<std::string> bitsOf, bits;
};

Status takePart(std::string_view name, const std::string& value, FormatsState& state, Parts& parts) {
    if (const auto taken = takeLookPart(name, value, state.look)) return *taken;
    if (const auto taken = takeScalePart(name, value, state.int8)) return *taken;
    if (name == "value") {
        parts.value = value;
    } else if (name == "in") {
        parts.readIn = value;
    } else if (name == "select") {
        parts.select = value;
    } else if (name == "round") {
        const auto rounding = valueIn(kRoundingNames, value);
        if (!rounding) return misread("is no way to round; one is nearest-even", value);
        state.rounding = *rounding;
    } else if (name == "overflow") {
        if (value != "ieee" && value != "saturate") return misread("is neither ieee nor saturate", value);
        state.overflow = value == "saturate" ? Overflow::saturate : Overflow::standard;
    } else if (name == "seed") {
        const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), state.seed);
        if (value.empty() || problem != std::errc{} || end != value.data() + value.size())
            return misread("is no seed; it is a whole number from 0", value);
    } else if (name == "custom") {
        const auto custom = findFormat(value);
        if (!custom) return misread("is no custom format; write e6m9", value);
        state.custom = *custom;
    } else if (name == "add") {
        const auto addend = TypedValue::parse(value, format("fp64"));
        if (!addend) return misread(addend.error().text(), value);
        state.addend = value;
    } else if (name == "show") {
        const auto shown = valueIn(kShownNames, value);
        if (!shown) return misread("is no choice of formats; there are main, small, integers and all", value);
        state.shown = *shown;
    } else {
        parts.bitsOf = std::string(name == kCustomCode ? kCustomKey : name);
        parts.bits = value;
    }
    return Done{};
}

Result<FormatsState> putTogether(FormatsState state, const Parts& parts) {
    if (state.look.zoom && state.look.values != ValuesView::near && state.look.values != ValuesView::range)
        return misread("goes with view=near or view=range", "zoom");
    if (parts.bitsOf) {
        const auto key = keyOf(*parts.bitsOf, state);
        if (!key) return key.error();
        const auto code = codeOf(state.formatOf(*key), *parts.bits);
        if (!code) return code.error();
        state.source = SourceBits{*key, *code};
        state.selected = *key;
    }
    if (parts.select) {
        const auto key = keyOf(*parts.select, state);
        if (!key) return key.error();
        state.selected = *key;
    }
    if (parts.bitsOf) return state;
    TypedText typed{.text = parts.value.value_or(TypedText{}.text), .readIn = state.selected};
    if (parts.readIn) {
        const auto key = keyOf(*parts.readIn, state);
        if (!key) return key.error();
        typed.readIn = *key;
    }
    const auto value = TypedValue::parse(typed.text, state.formatOf(typed.readIn));
    if (!value) return misread(value.error().text(), typed.text);
    state.source = typed;
    return state;
}

}  // namespace

bool isShown(const Format& f, ShownFormats shown) {
    switch (shown) {
        case ShownFormats::main:
            return std::find(std::begin(kMainFormats), std::end(kMainFormats), f.name) != std::end(kMainFormats);
        case ShownFormats::small:
            return f.kind == FormatKind::floating && f.bits() <= 8;
        case ShownFormats::integers:
            return f.kind == FormatKind::integer;
        case ShownFormats::all:
            return true;
    }
    return false;
}

const Format& FormatsState::formatOf(std::string_view key) const { return key == kCustomKey ? custom : format(key); }

std::optional<Affine> FormatsState::affineOf(std::string_view key) const {
    if (key != kScaledKey || int8.isPlain()) return std::nullopt;
    return int8.affine();
}

double FormatsState::valueOf(std::string_view key, std::uint64_t code) const {
    const auto affine = affineOf(key);
    return affine ? static_cast<double>(affineValue(formatOf(key), code, *affine)) : decode(formatOf(key), code);
}

std::vector<std::string> FormatsState::allKeys() {
    std::vector<std::string> keys;
    for (const auto& f : knownFormats()) keys.push_back(f.name);
    keys.emplace_back(kCustomKey);
    return keys;
}

std::vector<std::string> FormatsState::shownKeys() const {
    std::vector<std::string> keys;
    for (const auto& f : knownFormats())
        if (isShown(f, shown)) keys.push_back(f.name);
    if (shown != ShownFormats::integers) keys.emplace_back(kCustomKey);
    return keys;
}

std::string stateText(const FormatsState& state) {
    const FormatsState start;
    std::string text(kAddress);
    const auto add = [&](std::string_view name, std::string_view value) {
        if (text.size() > kAddress.size()) text += '&';
        text.append(name).append("=").append(escaped(value));
    };
    if (state.custom != start.custom) add("custom", state.custom.name);
    if (const auto* bits = std::get_if<SourceBits>(&state.source)) {
        const Format& f = state.formatOf(bits->key);
        // A custom format may have the name of a known one.
        add(bits->key == kCustomKey ? kCustomCode : std::string_view(f.name), "0x" + codeText(f, bits->code));
        if (state.selected != bits->key) add("select", state.selected);
    } else {
        const auto& typed = std::get<TypedText>(state.source);
        add("value", typed.text);
        if (state.selected != start.selected) add("select", state.selected);
        if (typed.readIn != state.selected) add("in", typed.readIn);
    }
    if (state.rounding != start.rounding) add("round", roundingName(state.rounding));
    if (state.overflow != start.overflow) add("overflow", "saturate");
    if (state.seed != start.seed) add("seed", std::to_string(state.seed));
    if (state.addend != start.addend) add("add", state.addend);
    if (state.shown != start.shown) add("show", nameIn(kShownNames, state.shown));
    if (state.int8.scale != start.int8.scale) add("scale", scaleText(state.int8.scale));
    if (state.int8.zeroPoint != start.int8.zeroPoint) add("zero-point", std::to_string(state.int8.zeroPoint));
    if (state.look.errors != start.look.errors) add("errors", nameIn(kErrorsNames, state.look.errors));
    if (state.look.values != start.look.values) add("view", nameIn(kViewNames, state.look.values));
    if (state.look.zoom) add("zoom", zoomText(*state.look.zoom));
    return text;
}

bool isStateText(std::string_view text) { return text == "formats?" || text.starts_with(kAddress); }

Result<FormatsState> parseState(std::string_view text) {
    if (!isStateText(text)) return misread("does not begin with formats?", text);
    FormatsState state;
    Parts parts;
    std::string_view rest = text.substr(kAddress.size());
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos)
            return misread("is no part of an address of this page; parts look like bf16=0x3f80 or round=up", part);
        const auto value = unescaped(part.substr(equals + 1));
        if (!value) return misread("has a percent sign without two hexadecimal digits after it", part);
        if (const auto status = takePart(part.substr(0, equals), *value, state, parts); !status) return status.error();
    }
    return putTogether(std::move(state), parts);
}

}  // namespace mantissa::ui
