#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "result.h"
#include "storage/dtype.h"

namespace mantissa {

/// A value of a pickle. Containers hold indices into the Pickle, so that cycles and deep nesting cost nothing.
struct PickleValue {
    enum class Kind { none, boolean, integer, real, text, list, tuple, dict, global, storage, tensor, object };
    Kind kind = Kind::none;
    std::int64_t integer = 0;  ///< boolean, integer; tensor: offset into its storage in elements
    double real = 0;
    std::string text{};                 ///< text; global: "module name"; storage: its key
    std::vector<std::uint32_t> items{};  ///< list, tuple; dict: key, value, key, value, …
    // storage; a tensor's storage is items[0]
    DType dtype = DType::f32;
    std::int64_t numel = 0;
    // tensor
    std::vector<std::int64_t> shape{};
    std::vector<std::int64_t> strides{};
};

/// What to make of a pickle that builds objects of classes.
enum class PickleObjects {
    refuse,  ///< the rules of torch.load with weights_only=True: an error that names what was asked for
    skip,    ///< stand for something unknown: a TorchScript module, of which only the storages are wanted
};

/// A pickle, read but never executed: only plain values, containers and PyTorch's tensors are understood.
struct Pickle {
    std::vector<PickleValue> values;
    std::uint32_t root = 0;
    std::size_t size = 0;  ///< bytes read, up to and with STOP

    const PickleValue& at(std::uint32_t index) const { return values[index]; }
};

/// Reads one pickle at the start of `bytes` (protocols 2 to 5 as far as PyTorch writes them). Memory stays proportional to `bytes`.
/// `where` names file and record for messages.
Result<Pickle> readPickle(std::span<const std::byte> bytes, const std::string& where,
                          PickleObjects objects = PickleObjects::refuse);

}  // namespace mantissa
