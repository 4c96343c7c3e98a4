#pragma once

#include <functional>

// Private to core/study.

namespace mantissa {

/// Calls `work(0)` … `work(lanes − 1)` at once, each on a thread of its own with its share of the LibTorch threads that
/// the caller has; returns when all are done. An exception from one is thrown on, the first lane's first.
void inLanes(int lanes, const std::function<void(int lane)>& work);

}  // namespace mantissa
