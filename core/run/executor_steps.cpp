// Walks by hand: values that one executor takes from another.

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstring>

#include "run/dtypes.h"
#include "run/executor_state.h"

namespace mantissa {
namespace {

const void* storageOf(const at::Tensor& tensor) { return tensor.storage().unsafeGetStorageImpl(); }

/// A tensor's whole storage, copied, as a flat tensor.
at::Tensor copyOfStorage(const at::Tensor& tensor) {
    const auto count = static_cast<std::int64_t>(tensor.storage().nbytes() / tensor.element_size());
    at::Tensor flat = at::empty({0}, tensor.options());
    flat.set_(tensor.storage(), 0, {count}, {1});
    return flat.clone();
}

/// The same view of another storage.
at::Tensor viewOf(const at::Tensor& view, const at::Tensor& storage) {
    at::Tensor own = at::empty({0}, view.options());
    own.set_(storage.storage(), view.storage_offset(), view.sizes(), view.strides());
    return own;
}

bool sameBits(const at::Tensor& a, const at::Tensor& b) {
    if (a.is_same(b)) return true;
    if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
    const at::Tensor x = a.contiguous(), y = b.contiguous();
    return std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

}  // namespace

/// Puts another executor's values where a node will look for them.
void Executor::State::borrow(const State& other, std::size_t node, const std::function<bool(ValueId)>& isOwn,
                             std::vector<Borrowed>& borrowed) {
    for (const ValueId id : nodes()[node].reads()) {
        if (isOwn(id) || adopted.contains(id)) continue;
        borrowed.push_back({id, std::move(slot(id))});
        slot(id) = other.slot(id);
        if (!isNative() || !slot(id).isTensor() || slot(id).toTensor().dim() == 0) continue;
        if (slot(id).toTensor().scalar_type() == at::kFloat)
            slot(id) = slot(id).toTensor().to(*nativeDType(formatOfNode(node)));
    }
}

/// Before a node writes into `tensor`: where the other executor sees that storage too, it is copied, and every value
/// that shows it is from then on this executor's own.
void Executor::State::adopt(const State& other, const at::Tensor& tensor) {
    const void* storage = storageOf(tensor);
    const auto shows = [&](const c10::IValue& value) {
        return value.isTensor() && value.toTensor().defined() && storageOf(value.toTensor()) == storage;
    };
    if (std::none_of(other.slots.begin(), other.slots.end(), shows)) return;
    const at::Tensor copy = copyOfStorage(tensor);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto id = static_cast<ValueId>(i);
        const c10::IValue& value = slot(id).isNone() ? other.slot(id) : slot(id);
        if (!shows(value) || value.toTensor().element_size() != tensor.element_size()) continue;
        slot(id) = viewOf(value.toTensor(), copy);
        adopted.insert(id);
    }
}

Status Executor::begin(const at::Tensor& input, CastCounts* casts) {
    const c10::AutoGradMode gradients(state_->withGradients);
    try {
        state_->begin(input, casts);
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::internal, .message = firstLine(error)};
    }
    return Done{};
}

Status Executor::beginAt(const Executor& other, std::size_t next) {
    const c10::AutoGradMode gradients(false);
    end();
    try {
        for (const ValueId id : state_->bound->transient()) state_->slot(id) = other.state_->slot(id);
        const bool writes =
            std::any_of(state_->nodes().begin() + static_cast<std::ptrdiff_t>(next), state_->nodes().end(),
                        [](const BoundNode& node) { return node.writesArgument(); });
        for (const ValueId id : state_->bound->transient())
            if (writes && state_->slot(id).isTensor() && state_->slot(id).toTensor().defined())
                state_->adopt(*other.state_, state_->slot(id).toTensor());
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::internal, .message = firstLine(error)};
    }
    return Done{};
}

Status Executor::step(std::size_t index, CastCounts* casts) { return state_->step(index, casts); }

Status Executor::stepOn(const Executor& other, std::size_t index, const std::function<bool(ValueId)>& isOwn,
                        CastCounts* casts) {
    const c10::AutoGradMode gradients(false);
    State& state = *state_;
    std::vector<State::Borrowed> borrowed;
    try {
        state.borrow(*other.state_, index, isOwn, borrowed);
        if (state.nodes()[index].writesArgument())
            if (const c10::IValue& written = state.slot(state.nodes()[index].reads().front()); written.isTensor())
                state.adopt(*other.state_, at::Tensor(written.toTensor()));
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::internal, .message = firstLine(error)};
    }
    auto status = state.step(index, casts);
    // Backwards: what is read twice was borrowed twice.
    for (auto one = borrowed.rbegin(); one != borrowed.rend(); ++one)
        if (!state.adopted.contains(one->id)) state.slot(one->id) = std::move(one->before);
    return status;
}

void Executor::release(std::size_t index) {
    for (const ValueId id : state_->bound->dead()[index]) state_->slot(id) = c10::IValue();
}

void Executor::drop(ValueId id) { state_->slot(id) = c10::IValue(); }

Result<at::Tensor> Executor::result() const { return state_->result(); }

void Executor::end() { state_->clear(); }

at::Tensor Executor::floatingValue(ValueId id) const {
    const c10::IValue& value = state_->slot(id);
    if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().is_floating_point()) return {};
    return value.toTensor();
}

bool Executor::sameValues(const Executor& other) const {
    for (const ValueId id : state_->bound->transient()) {
        std::vector<at::Tensor> mine, others;
        appendTensors(state_->slot(id), mine);
        appendTensors(other.state_->slot(id), others);
        if (mine.size() != others.size() || !std::equal(mine.begin(), mine.end(), others.begin(), sameBits))
            return false;
        if (mine.empty() && state_->slot(id) != other.state_->slot(id)) return false;
    }
    return true;
}

void Executor::limitActivations(std::int64_t bytes) { state_->budget = std::min(state_->budget, bytes); }

std::span<const ValueId> Executor::reads(std::size_t index) const { return state_->nodes()[index].reads(); }

}  // namespace mantissa
