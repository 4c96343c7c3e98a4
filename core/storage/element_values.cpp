#include "storage/element_values.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {
namespace {

/// Every value of a format, by code.
template <std::size_t N>
std::array<float, N> decodedTable(std::string_view name) {
    std::array<float, N> table{};
    for (std::size_t code = 0; code < N; ++code) table[code] = static_cast<float>(decode(format(name), code));
    return table;
}

float fromHalf(std::uint16_t code) {
    static const auto table = decodedTable<65536>("fp16");
    return table[code];
}

float fromBrainFloat(std::uint16_t code) { return std::bit_cast<float>(static_cast<std::uint32_t>(code) << 16); }

const std::array<float, 256>& byteTable(DType dtype) {
    static const auto e4m3 = decodedTable<256>("e4m3"), e5m2 = decodedTable<256>("e5m2"),
                      e4m3fnuz = decodedTable<256>("e4m3fnuz"), e5m2fnuz = decodedTable<256>("e5m2fnuz"),
                      e8m0 = decodedTable<256>("e8m0");
    switch (dtype) {
        case DType::f8e4m3:
            return e4m3;
        case DType::f8e5m2:
            return e5m2;
        case DType::f8e4m3fnuz:
            return e4m3fnuz;
        case DType::f8e5m2fnuz:
            return e5m2fnuz;
        case DType::f8e8m0:
            return e8m0;
        default:
            std::abort();
    }
}

/// Walks the places of a strided tensor's elements, row-major.
class Walk {
  public:
    Walk(const TensorRecord& tensor, std::int64_t begin) : tensor_(tensor), index_(tensor.shape.size()) {
        for (std::size_t i = index_.size(); i-- > 0;) {
            index_[i] = begin % tensor.shape[i];
            begin /= tensor.shape[i];
            place_ += index_[i] * tensor.strides[i];
        }
    }

    std::int64_t next() {
        const std::int64_t here = place_;
        for (std::size_t i = index_.size(); i-- > 0;) {
            place_ += tensor_.strides[i];
            if (++index_[i] < tensor_.shape[i]) break;
            place_ -= tensor_.strides[i] * tensor_.shape[i];
            index_[i] = 0;
        }
        return here;
    }

  private:
    const TensorRecord& tensor_;
    std::vector<std::int64_t> index_;
    std::int64_t place_ = 0;
};

/// The elements whose place in the file `at` turns into numbers.
template <class Out, class At>
void readPlaces(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out, At at) {
    if (tensor.strides.empty()) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = at(begin + static_cast<std::int64_t>(i));
        return;
    }
    Walk walk(tensor, begin);
    for (Out& value : out) value = at(walk.next());
}

/// Elements of type `Stored`, turned into numbers by `convert`.
template <class Stored, class Out, class Convert>
void readAs(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out, Convert convert) {
    // Tensors of a file need not be aligned.
    readPlaces(tensor, begin, out, [&](std::int64_t place) {
        Stored value;
        std::memcpy(&value, tensor.bytes.data() + static_cast<std::size_t>(place) * sizeof(Stored), sizeof(Stored));
        return static_cast<Out>(convert(value));
    });
}

template <class Out>
void readF4(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out) {
    static const auto table = decodedTable<16>("e2m1");
    readPlaces(tensor, begin, out, [&](std::int64_t place) {
        const auto pair = std::to_integer<unsigned>(tensor.bytes[static_cast<std::size_t>(place / 2)]);
        return static_cast<Out>(table[place % 2 == 0 ? pair & 0xF : pair >> 4]);
    });
}

/// Complex tensors: a contiguous one is a tensor of parts; in a strided one the parts of each element are together.
template <class Out>
void readComplex(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out) {
    TensorRecord parts = tensor;
    parts.shape.push_back(2);
    if (!parts.strides.empty()) {
        for (auto& stride : parts.strides) stride *= 2;
        parts.strides.push_back(1);
    }
    readAs<float>(parts, begin, out, std::identity{});
}

template <class Out>
void readInteger(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out) {
    switch (tensor.dtype) {
        case DType::i64:
            return readAs<std::int64_t>(tensor, begin, out, std::identity{});
        case DType::i32:
            return readAs<std::int32_t>(tensor, begin, out, std::identity{});
        case DType::i16:
            return readAs<std::int16_t>(tensor, begin, out, std::identity{});
        case DType::i8:
            return readAs<std::int8_t>(tensor, begin, out, std::identity{});
        case DType::u64:
            return readAs<std::uint64_t>(tensor, begin, out, std::identity{});
        case DType::u32:
            return readAs<std::uint32_t>(tensor, begin, out, std::identity{});
        case DType::u16:
            return readAs<std::uint16_t>(tensor, begin, out, std::identity{});
        case DType::u8:
            return readAs<std::uint8_t>(tensor, begin, out, std::identity{});
        case DType::boolean:
            return readAs<std::uint8_t>(tensor, begin, out, [](std::uint8_t b) { return b != 0; });
        default:
            std::abort();
    }
}

template <class Out>
void read(const TensorRecord& tensor, std::int64_t begin, std::span<Out> out) {
    switch (tensor.dtype) {
        case DType::f64:
            return readAs<double>(tensor, begin, out, std::identity{});
        case DType::f32:
            return readAs<float>(tensor, begin, out, std::identity{});
        case DType::f16:
            return readAs<std::uint16_t>(tensor, begin, out, fromHalf);
        case DType::bf16:
            return readAs<std::uint16_t>(tensor, begin, out, fromBrainFloat);
        case DType::f8e4m3:
        case DType::f8e5m2:
        case DType::f8e4m3fnuz:
        case DType::f8e5m2fnuz:
        case DType::f8e8m0:
            return readAs<std::uint8_t>(tensor, begin, out,
                                        [&table = byteTable(tensor.dtype)](std::uint8_t code) { return table[code]; });
        case DType::f4:
            return readF4(tensor, begin, out);
        case DType::c64:
            return readComplex(tensor, begin, out);
        default:
            return readInteger(tensor, begin, out);
    }
}

}  // namespace

std::int64_t valueCount(const TensorRecord& tensor) { return tensor.numel() * (tensor.dtype == DType::c64 ? 2 : 1); }

void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<float> out) { read(tensor, begin, out); }
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<double> out) { read(tensor, begin, out); }

void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<std::int64_t> out) {
    readInteger(tensor, begin, out);
}
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<std::uint64_t> out) {
    readInteger(tensor, begin, out);
}

bool hasReadableValues(DType dtype) { return dtype != DType::f6e2m3 && dtype != DType::f6e3m2; }

}  // namespace mantissa
