#include "formats/custom_parts.h"

#include <QObject>

namespace mantissa::ui {
namespace {

/// The word of a custom format's name (findFormat).
const char* specialsWordOf(Specials specials) {
    switch (specials) {
        case Specials::ieee:
            return "ieee";
        case Specials::allOnesNan:
            return "fn";
        case Specials::negativeZeroNan:
            return "fnuz";
        case Specials::none:
            break;
    }
    return "f";
}

}  // namespace

Result<Format> customFormatOf(const CustomParts& parts) {
    // By its name, which says everything.
    std::string name = "e" + std::to_string(parts.exponentBits) + "m" + std::to_string(parts.fractionBits);
    if (parts.bias) name += "b" + std::to_string(*parts.bias);
    name += specialsWordOf(parts.specials);
    if (!parts.subnormals) name += "nosub";
    if (auto found = findFormat(name)) return *std::move(found);
    return Error{.code = ErrorCode::invalidArgument,
                 .message = QObject::tr("no such format: its values must fit in FP64, and one bit of exponent needs "
                                        "subnormals")
                                .toStdString()};
}

CustomParts customPartsOf(const Format& custom) {
    CustomParts parts{.exponentBits = custom.exponentBits,
                      .fractionBits = custom.fractionBits,
                      .bias = {},
                      .specials = custom.specials,
                      .subnormals = custom.subnormals};
    if (const auto usual = customFormatOf(parts); !usual || usual->bias != custom.bias) parts.bias = custom.bias;
    return parts;
}

}  // namespace mantissa::ui
