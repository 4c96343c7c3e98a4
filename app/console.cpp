#include "console.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>
#include <vector>

#include "number_words.h"
#include "storage/atomic_file.h"

namespace mantissa::app {
namespace {

namespace fs = std::filesystem;

bool progressShown = false;

}  // namespace

int fail(const Error& error) {
    endProgress();
    // Library messages may span lines, and names from files may hold anything; the contract is one line.
    const bool stopped = error.code == ErrorCode::cancelled && !error.message.starts_with("interrupted");
    // Where the work stood tells nothing to whoever stopped it.
    std::string line = stopped ? "interrupted before there was a result; nothing was written" : error.text();
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::cerr << "mantissa: " << printable(line) << '\n';
    switch (error.code) {
        case ErrorCode::cancelled:
            return kInterrupted;
        case ErrorCode::invalidArgument:
            return kCommandLineAtFault;
        default:
            return kInputAtFault;
    }
}

Status writeText(const std::string& target, std::string_view text) {
    if (target != "-") return writeFileAtomically(target, text);
    std::cout << text << std::flush;
    if (!std::cout)
        return Error{.code = ErrorCode::unreadable, .message = "could not be written", .where = "standard output"};
    return Done{};
}

Status checkTargets(std::initializer_list<std::string> targets) {
    if (std::count(targets.begin(), targets.end(), "-") > 1)
        return Error{.code = ErrorCode::invalidArgument, .message = "only one result can go to standard output"};
    for (const auto& target : targets) {
        const std::filesystem::path folder = std::filesystem::path(target).parent_path();
        std::error_code error;
        if (!folder.empty() && !std::filesystem::is_directory(folder, error))
            return Error{.code = ErrorCode::unreadable,
                         .message = "cannot be written: its folder does not exist",
                         .where = target};
    }
    return Done{};
}

Status checkTargetFolder(const fs::path& folder) {
    const auto refuse = [&](std::string message) {
        return Error{.code = ErrorCode::unreadable, .message = std::move(message), .where = folder.string()};
    };
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error)) return refuse("is a file, not a folder");
    // Those that are not there yet, the innermost first.
    std::vector<fs::path> made;
    for (fs::path missing = fs::absolute(folder, error).lexically_normal(); !fs::exists(missing, error);
         missing = missing.parent_path())
        if (missing.has_filename()) made.push_back(missing);
    fs::create_directories(folder, error);
    if (error) return refuse("cannot be made: " + error.message());
    const bool writable = access(folder.c_str(), W_OK | X_OK) == 0;
    for (const auto& one : made) fs::remove(one, error);
    if (!writable) return refuse("cannot be written to");
    return Done{};
}

Progress terminalProgress() {
    if (!isatty(STDERR_FILENO)) return {};
    return [](const ProgressUpdate& update) {
        progressShown = true;
        if (update.total > 0)
            std::fprintf(stderr, "\r\033[K%s  %lld of %lld", update.stage.c_str(), static_cast<long long>(update.done),
                         static_cast<long long>(update.total));
        else
            std::fprintf(stderr, "\r\033[K%s", update.stage.c_str());
        std::fflush(stderr);
    };
}

void endProgress() {
    if (progressShown) std::fputs("\r\033[K", stderr);
    progressShown = false;
}

std::stop_token stopOnInterrupt() {
    static std::stop_source source;
    // A signal handler may not touch a stop_source; a thread that waits for the signal may.
    sigset_t interrupts;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupts, nullptr);
    std::thread([interrupts] {
        int signal = 0;
        sigwait(&interrupts, &signal);
        source.request_stop();
        sigwait(&interrupts, &signal);
        _exit(kInterrupted);
    }).detach();
    return source.get_token();
}

}  // namespace mantissa::app
