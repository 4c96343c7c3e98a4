#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <fstream>

namespace mantissa::test {

/// Whether address space can be limited: not under a sanitizer, which reserves terabytes of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryCanBeBounded = false;
#else
inline constexpr bool kMemoryCanBeBounded = true;
#endif

/// Runs `call` in a process of its own that can have `bytes` more than it holds at the start, as under `ulimit -v`.
/// True where it returned true; false where it returned false, threw, crashed or asked for more.
template <class Call>
bool withinMemory(std::size_t bytes, Call call) {
    const pid_t child = fork();
    if (child == 0) {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        if (kMemoryCanBeBounded) {
            const rlim_t limit = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + bytes;
            const rlimit both{limit, limit};
            if (setrlimit(RLIMIT_AS, &both) != 0) _exit(3);
        }
        try {
            _exit(call() ? 0 : 1);
        } catch (const std::exception&) {
            _exit(2);
        }
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace mantissa::test
