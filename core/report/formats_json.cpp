#include "report/formats_json.h"

#include <cmath>

#include "numerics/format_uses.h"
#include "numerics/stated_limits.h"
#include "report/json_number.h"

namespace mantissa {
namespace {

std::string_view specialsName(const Format& f) {
    if (f.kind == FormatKind::integer) return "none";
    switch (f.specials) {
        case Specials::ieee:
            return "ieee";
        case Specials::allOnesNan:
            return "all-ones-nan";
        case Specials::negativeZeroNan:
            return "negative-zero-nan";
        case Specials::none:
            return "none";
    }
    return "";
}

/// 2^bits: an integer where a JSON reader keeps it as one, else the FP64, which is exact.
OrderedJson codeCount(const Format& f) {
    if (f.bits() <= 52) return std::uint64_t{1} << f.bits();
    return std::ldexp(1.0, f.bits());
}

std::string_view scalingName(Scaling scaling) {
    switch (scaling) {
        case Scaling::none:
            return "none";
        case Scaling::affine:
            return "affine";
        case Scaling::mx:
            return "mx";
        case Scaling::nvfp4:
            return "nvfp4";
    }
    return "";
}

OrderedJson usesJson(const Format& f) {
    auto list = OrderedJson::array();
    for (const FormatUse& use : usesOf(f))
        list.push_back({{"user", use.user}, {"how", use.how}, {"source", use.source}});
    return list;
}

OrderedJson formatJson(const Format& f) {
    const FormatLimits l = limits(f);
    const StatedLimits stated = statedLimits(f);
    OrderedJson json{{"name", f.name},
                     {"title", f.title},
                     {"kind", f.kind == FormatKind::integer ? "integer" : "floating"},
                     {"bits", f.bits()},
                     {"storage_bits", f.storageBits},
                     {"sign_bits", f.signBits},
                     {"exponent_bits", f.exponentBits},
                     {"fraction_bits", f.fractionBits},
                     {"bias", f.bias},
                     {"specials", specialsName(f)},
                     {"subnormals", f.subnormals},
                     {"lowest", jsonNumber(stated.lowest)},
                     {"max", jsonNumber(stated.max)},
                     {"min_normal", orNull(stated.minNormal)},
                     {"min_subnormal", orNull(stated.minSubnormal)},
                     {"epsilon", orNull(stated.epsilon)},
                     {"decimal_digits", orNull(stated.decimalDigits)},
                     {"codes", codeCount(f)},
                     {"nans", l.nans},
                     {"infinities", l.infinities},
                     {"dynamic_range_db", orNull(stated.dynamicRangeDb)},
                     {"dynamic_range_binades", orNull(stated.dynamicRangeBinades)},
                     {"scaling", scalingName(f.scaling)}};
    if (f.scaling != Scaling::none) json["element"] = elementOf(f).name;
    if (const Format* scale = scaleOf(f)) {
        json["block_size"] = f.blockSize;
        json["scale_format"] = scale->name;
    }
    json["uses"] = usesJson(f);
    return json;
}

OrderedJson neighbourJson(const ValueInFormats& v, const Format& f, std::uint64_t code) {
    return {{"code", codeText(f, code)}, {"value", jsonNumber(v.valueOf(f, code))}};
}

}  // namespace

StoredValue ValueInFormats::storedIn(const Format& f) const {
    return affine ? value.quantisedIn(f, *affine, rounding) : value.storedIn(f, rounding);
}

double ValueInFormats::valueOf(const Format& f, std::uint64_t code) const {
    return affine ? static_cast<double>(affineValue(f, code, *affine)) : decode(f, code);
}

std::string formatsJson(std::span<const Format> formats) {
    OrderedJson json{{"schema", "mantissa.formats/1"}, {"formats", OrderedJson::array()}};
    for (const Format& f : formats) json["formats"].push_back(formatJson(f));
    return json.dump(2) + "\n";
}

std::string valueJson(const ValueInFormats& v) {
    OrderedJson json{{"schema", "mantissa.formats.value/1"},
                     {"input", v.input},
                     {"value", jsonNumber(v.value.nearestDouble())},
                     {"rounding", roundingName(v.rounding.rounding)},
                     {"overflow", v.rounding.overflow == Overflow::saturate ? "saturate" : "ieee"}};
    if (v.rounding.rounding == Rounding::stochastic) json["seed"] = v.rounding.seed;
    if (v.affine) {
        json["scale"] = jsonNumber(static_cast<double>(v.affine->scale));
        json["zero_point"] = v.affine->zeroPoint;
    }
    json["formats"] = OrderedJson::array();
    for (const Format& f : v.formats) {
        const StoredValue stored = v.storedIn(f);
        json["formats"].push_back(
            {{"format", f.name},
             {"code", codeText(f, stored.code)},
             {"bits", bitText(f, stored.code)},
             {"class", className(classify(f, stored.code))},
             {"value", jsonNumber(stored.value)},
             {"exact_decimal", exactDecimalText(stored.value)},
             {"exact", stored.exact},
             {"error", jsonNumber(stored.error)},
             {"relative_error", jsonNumber(stored.relativeError)},
             {"ulps", jsonNumber(stored.ulps)},
             {"ulp", jsonNumber(v.affine ? static_cast<double>(v.affine->scale) : ulp(f, stored.value))},
             {"next_down", neighbourJson(v, f, nextDown(f, stored.code))},
             {"next_up", neighbourJson(v, f, nextUp(f, stored.code))}});
    }
    return json.dump(2) + "\n";
}

std::string valueItemJson(const ValueInFormats& v) {
    const Format& fp32 = format("fp32");
    OrderedJson json{{"input", v.input}, {"bits", "f32:" + codeText(fp32, v.value.storedIn(fp32).code)}};
    for (const Format& f : v.formats) {
        const StoredValue stored = v.storedIn(f);
        json[f.name] = {{"code", codeText(f, stored.code)},
                        {"value", jsonNumber(stored.value)},
                        {"exact", stored.exact},
                        {"error", jsonNumber(stored.error)},
                        {"relative_error", jsonNumber(stored.relativeError)},
                        {"ulps", jsonNumber(stored.ulps)}};
    }
    return json.dump();
}

}  // namespace mantissa
