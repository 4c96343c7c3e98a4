#include "run/scalar_ops.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <cmath>
#include <map>
#include <string>

#include "run/scalar_ops_impl.h"

namespace mantissa {
namespace {

using c10::IValue;
using Arguments = std::vector<IValue>;

/// As int() converts: what an int64 cannot hold is an error.
std::int64_t toInt64(double x) {
    TORCH_CHECK(x >= -0x1p63 && x < 0x1p63, "the number ", x, " does not fit into an integer");
    return static_cast<std::int64_t>(x);
}

double asDouble(const IValue& v) {
    if (v.isBool()) return v.toBool();
    if (v.isInt()) return static_cast<double>(v.toInt());
    return v.toDouble();
}

std::int64_t asInt(const IValue& v) { return v.isBool() ? v.toBool() : v.toInt(); }

bool integral(const IValue& v) { return v.isInt() || v.isBool(); }

/// Applies the integer form where both sides are integers, else the floating one.
template <class OnInt, class OnDouble>
IValue arithmetic(const Arguments& a, OnInt onInt, OnDouble onDouble) {
    if (integral(a[0]) && integral(a[1])) return onInt(asInt(a[0]), asInt(a[1]));
    return onDouble(asDouble(a[0]), asDouble(a[1]));
}

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
    TORCH_CHECK(b != 0, "integer division by zero");
    TORCH_CHECK(!(a == INT64_MIN && b == -1), "integer overflow in a division");
    const std::int64_t q = a / b;
    return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

std::int64_t checked(bool overflow, std::int64_t value) {
    TORCH_CHECK(!overflow, "integer overflow in a size computation");
    return value;
}

IValue add(const Arguments& a) {
    return arithmetic(
        a,
        [](auto x, auto y) {
            std::int64_t r = 0;
            const bool o = __builtin_add_overflow(x, y, &r);
            return checked(o, r);
        },
        [](double x, double y) { return x + y; });
}
IValue subtract(const Arguments& a) {
    return arithmetic(
        a,
        [](auto x, auto y) {
            std::int64_t r = 0;
            const bool o = __builtin_sub_overflow(x, y, &r);
            return checked(o, r);
        },
        [](double x, double y) { return x - y; });
}
IValue multiply(const Arguments& a) {
    return arithmetic(
        a,
        [](auto x, auto y) {
            std::int64_t r = 0;
            const bool o = __builtin_mul_overflow(x, y, &r);
            return checked(o, r);
        },
        [](double x, double y) { return x * y; });
}
IValue floorDivision(const Arguments& a) {
    return arithmetic(a, floorDivide, [](double x, double y) {
        TORCH_CHECK(y != 0, "division by zero");
        return std::floor(x / y);
    });
}
IValue modulo(const Arguments& a) {
    return arithmetic(
        a, [](std::int64_t x, std::int64_t y) { return y == -1 ? 0 : x - floorDivide(x, y) * y; },
        [](double x, double y) {
            TORCH_CHECK(y != 0, "modulo by zero");
            return x - std::floor(x / y) * y;
        });
}
IValue trueDivision(const Arguments& a) {
    TORCH_CHECK(asDouble(a[1]) != 0, "division by zero");
    return asDouble(a[0]) / asDouble(a[1]);
}
IValue negate(const Arguments& a) {
    if (integral(a[0])) return subtract({std::int64_t{0}, a[0]});
    return -asDouble(a[0]);
}
IValue power(const Arguments& a) {
    if (integral(a[0]) && integral(a[1]) && asInt(a[1]) >= 0) {
        // Squaring would overflow on its way; 0, 1 and −1 are the only bases with powers past 64.
        const std::int64_t base = asInt(a[0]), exponent = asInt(a[1]);
        const std::int64_t steps = base >= -1 && base <= 1 ? std::min<std::int64_t>(exponent, 2 - exponent % 2)
                                                           : std::min<std::int64_t>(exponent, 64);
        std::int64_t result = 1;
        for (std::int64_t i = 0; i < steps; ++i) result = multiply({result, base}).toInt();
        return result;
    }
    return std::pow(asDouble(a[0]), asDouble(a[1]));
}
IValue smallest(const Arguments& a) {
    return arithmetic(
        a, [](auto x, auto y) { return std::min(x, y); }, [](double x, double y) { return std::min(x, y); });
}
IValue largest(const Arguments& a) {
    return arithmetic(
        a, [](auto x, auto y) { return std::max(x, y); }, [](double x, double y) { return std::max(x, y); });
}

template <class Compare>
IValue compared(const Arguments& a, Compare compare) {
    if (integral(a[0]) && integral(a[1])) return compare(asInt(a[0]), asInt(a[1]));
    return compare(asDouble(a[0]), asDouble(a[1]));
}

IValue toNumber(const IValue& v) {
    if (!v.isTensor()) return v;
    TORCH_CHECK(v.toTensor().numel() == 1, "a number was expected, not a tensor of ", v.toTensor().numel(),
                " elements");
    return v.toTensor().item();
}

IValue toInt(const Arguments& a) {
    const IValue v = toNumber(a[0]);
    return integral(v) ? asInt(v) : toInt64(asDouble(v));
}

template <class Function>
IValue rounded(const Arguments& a, Function function) {
    if (integral(a[0])) return a[0];
    return toInt64(function(asDouble(a[0])));
}

bool truthy(const IValue& v) { return integral(v) ? asInt(v) != 0 : asDouble(v) != 0; }

IValue toTensor(const Arguments& a) {
    if (a[0].isTensor()) return a[0];
    const auto dtype = a[0].isBool() ? at::kBool : a[0].isInt() ? at::kLong : at::kDouble;
    return at::scalar_tensor(a[0].toScalar(), at::TensorOptions().dtype(dtype));
}

IValue expectSize(const Arguments& a) {
    const at::Tensor x = a[0].toTensor();
    TORCH_CHECK(x.dim() == 4 && x.size(2) == asInt(a[1]) && x.size(3) == asInt(a[2]),
                "this model's program looks at the size of its picture and was traced at ", asInt(a[1]), " × ",
                asInt(a[2]), " px; give it that input size");
    return x;
}

IValue fitBilinear(const Arguments& a) {
    const at::Tensor x = a[0].toTensor();
    const std::int64_t height = asInt(a[1]), width = asInt(a[2]);
    if (x.size(2) == height && x.size(3) == width) return x;
    return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
}

const std::map<std::string_view, ScalarOp>& table() {
    static const std::map<std::string_view, ScalarOp> ops{
        {"scalar::size", {[](const Arguments& a) -> IValue { return a[0].toTensor().size(asInt(a[1])); }, 2}},
        {"scalar::dim", {[](const Arguments& a) -> IValue { return a[0].toTensor().dim(); }, 1}},
        {"scalar::numel", {[](const Arguments& a) -> IValue { return a[0].toTensor().numel(); }, 1}},
        {"scalar::item", {[](const Arguments& a) -> IValue { return toNumber(a[0]); }, 1}},
        {"scalar::to_tensor", {toTensor, 1}},
        {"scalar::add", {add, 2}},
        {"scalar::sub", {subtract, 2}},
        {"scalar::mul", {multiply, 2}},
        {"scalar::floordiv", {floorDivision, 2}},
        {"scalar::mod", {modulo, 2}},
        {"scalar::truediv", {trueDivision, 2}},
        {"scalar::pow", {power, 2}},
        {"scalar::min", {smallest, 2}},
        {"scalar::max", {largest, 2}},
        {"scalar::neg", {negate, 1}},
        {"scalar::int", {toInt, 1}},
        {"scalar::float", {[](const Arguments& a) -> IValue { return asDouble(toNumber(a[0])); }, 1}},
        {"scalar::bool", {[](const Arguments& a) -> IValue { return truthy(toNumber(a[0])); }, 1}},
        {"scalar::sqrt", {[](const Arguments& a) -> IValue { return std::sqrt(asDouble(a[0])); }, 1}},
        {"scalar::ceil", {[](const Arguments& a) { return rounded(a, [](double x) { return std::ceil(x); }); }, 1}},
        {"scalar::floor", {[](const Arguments& a) { return rounded(a, [](double x) { return std::floor(x); }); }, 1}},
        {"scalar::trunc", {[](const Arguments& a) { return rounded(a, [](double x) { return std::trunc(x); }); }, 1}},
        {"scalar::round",
         {[](const Arguments& a) { return rounded(a, [](double x) { return std::nearbyint(x); }); }, 1}},
        {"scalar::not", {[](const Arguments& a) -> IValue { return !truthy(a[0]); }, 1}},
        {"scalar::and", {[](const Arguments& a) -> IValue { return truthy(a[0]) && truthy(a[1]); }, 2}},
        {"scalar::or", {[](const Arguments& a) -> IValue { return truthy(a[0]) || truthy(a[1]); }, 2}},
        {"scalar::dtype",
         {[](const Arguments& a) -> IValue { return static_cast<std::int64_t>(a[0].toTensor().scalar_type()); }, 1}},
        {"graph::fit_bilinear", {fitBilinear, 3}},
        {"graph::expect_size", {expectSize, 3}},
        {"scalar::eq", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x == y; }); }, 2}},
        {"scalar::ne", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x != y; }); }, 2}},
        {"scalar::lt", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x < y; }); }, 2}},
        {"scalar::le", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x <= y; }); }, 2}},
        {"scalar::gt", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x > y; }); }, 2}},
        {"scalar::ge", {[](const Arguments& a) { return compared(a, [](auto x, auto y) { return x >= y; }); }, 2}},
    };
    return ops;
}

}  // namespace

ScalarOp findScalarOp(std::string_view op) {
    const auto found = table().find(op);
    return found == table().end() ? ScalarOp{} : found->second;
}

bool isScalarOp(std::string_view op) { return findScalarOp(op).function != nullptr; }

}  // namespace mantissa
