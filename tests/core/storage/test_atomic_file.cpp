#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/storage/made_files.h"
#include "storage/atomic_file.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

std::size_t filesIn(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, WritesAndReplaces) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "out.json";
    ASSERT_TRUE(writeFileAtomically(path, "first"));
    EXPECT_EQ(fileBytes(path), "first");
    const std::string large(3'000'000, 'x');
    ASSERT_TRUE(writeFileAtomically(path, large));
    EXPECT_EQ(fileBytes(path), large);
    EXPECT_EQ(filesIn(folder.path()), 1U);
}

TEST(AtomicFile, AWriterThatFailsLeavesWhatStoodThere) {
    const TemporaryFolder folder;
    const auto path = folder.write("out.bin", "old");
    const auto status = writeFileAtomically(path, [](const fs::path& temporary) -> Status {
        EXPECT_EQ(temporary.extension(), ".bin");
        std::ofstream(temporary) << "half";
        return Error{.code = ErrorCode::cancelled, .message = "stopped", .where = temporary.string()};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::cancelled);
    EXPECT_EQ(status.error().where, path.string()) << "the temporary name means nothing to the user";
    EXPECT_EQ(fileBytes(path), "old");
    EXPECT_EQ(filesIn(folder.path()), 1U);
}

TEST(AtomicFile, FoldersAndPlacesThatAreNotThereAreErrors) {
    const TemporaryFolder folder;
    EXPECT_FALSE(writeFileAtomically(folder.path(), "x"));
    const auto missing = writeFileAtomically(folder.path() / "no" / "out", "x");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().where, (folder.path() / "no" / "out").string());
    EXPECT_EQ(filesIn(folder.path()), 0U);
}

TEST(AtomicFile, AFullDiskIsAnErrorAndLeavesNothing) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
    const TemporaryFolder folder;
    const auto path = folder.write("out", "old");
    const auto status = writeFileAtomically(path, [](const fs::path& temporary) -> Status {
        fs::create_symlink("/dev/full", temporary);
        std::ofstream out(temporary);
        out << std::string(100'000, 'x') << std::flush;
        if (out) return Done{};
        return Error{.code = ErrorCode::unreadable, .message = "was not written", .where = temporary.string()};
    });
    EXPECT_FALSE(status);
    EXPECT_EQ(fileBytes(path), "old");
    EXPECT_EQ(filesIn(folder.path()), 1U);
}

}  // namespace
