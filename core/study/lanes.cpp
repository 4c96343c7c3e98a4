#include "study/lanes.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace mantissa {

void inLanes(int lanes, const std::function<void(int)>& work) {
    const int threads = at::get_num_threads(), share = std::max(1, threads / lanes);
    std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(lanes));
    {
        std::vector<std::jthread> running;
        for (int lane = 0; lane < lanes; ++lane)
            running.emplace_back([&, lane] {
                try {
                    at::set_num_threads(share);
                    work(lane);
                } catch (...) {  // handed to the caller's thread, which lets no exception go unseen
                    thrown[static_cast<std::size_t>(lane)] = std::current_exception();
                }
            });
    }
    // A thread's own count is also what LibTorch gives to threads that start later.
    at::set_num_threads(threads);
    for (const auto& exception : thrown)
        if (exception) std::rethrow_exception(exception);
}

}  // namespace mantissa
