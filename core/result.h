#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mantissa {

/// What kind of thing went wrong. The command line turns it into an exit code, the window into a place to show it.
enum class ErrorCode {
    unreadable,       ///< the file cannot be opened or read
    corrupt,          ///< the file contradicts its own format
    unsupported,      ///< the file is sound, but holds what Mantissa does not run
    invalidArgument,  ///< a request that cannot be met as asked (unknown format, wrong shape)
    noKernel,         ///< an operator has no kernel for this dtype on this machine
    cancelled,        ///< the caller asked to stop
    internal          ///< a library failed in a way the input does not explain
};

/// How long a file is, and how long its own header says it should be.
struct CutShort {
    std::uint64_t present = 0;    ///< bytes in the file
    std::uint64_t announced = 0;  ///< bytes the whole file would have; more than are present
};

/// One error, in words a user can act on.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message{};  ///< what is wrong and what to do, one sentence or two, no trailing newline
    std::string where{};    ///< file, byte offset, tensor or operator; empty when the message says it all
    std::string op{};      ///< the ATen operator, when an operator failed
    std::string layer{};   ///< its module path, when an operator failed
    /// When a file ends early and its header, which is whole, tells where it should.
    std::optional<CutShort> cutShort{};

    /// `where: message`, on one line, as the command line prints it.
    std::string text() const { return where.empty() ? message : where + ": " + message; }
};

/// A value or an Error. Check it before use: reading the wrong alternative throws std::bad_variant_access.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() & { return std::get<1>(state_); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

  private:
    std::variant<T, Error> state_;
};

/// The outcome of something that returns no value.
struct Done {};
using Status = Result<Done>;

}  // namespace mantissa
