#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "result.h"
#include "storage/digest.h"
#include "storage/hub_listing.h"
#include "storage/hub_name.h"

namespace mantissa {

/// One model's folder in the cache, written as huggingface_hub writes it: contents in blobs/DIGEST, links to them in
/// snapshots/COMMIT, commits in refs/REVISION.
class HubStore {
  public:
    HubStore(std::filesystem::path cache, const std::string& repository);

    std::filesystem::path snapshot(const std::string& commit) const;
    /// How many bytes of a file's content are here: all, or what an interrupted download left.
    std::int64_t bytesHere(const HubFile& file) const;
    bool isWhole(const HubFile& file) const;
    /// Makes the folder, and says where it cannot be made or its disk has not `bytes` left.
    Status makeRoom(std::int64_t bytes) const;
    /// Shows the files, whose contents are all here, as the snapshot of this commit, to which the revision then points.
    /// Either all of them appear or none. Files that the snapshot had before stay.
    Status publish(const HubName& name, const std::string& commit, const std::vector<HubFile>& files) const;

  private:
    friend class BlobWriter;
    std::filesystem::path blob(const HubFile& file) const;
    std::filesystem::path partial(const HubFile& file) const;

    std::filesystem::path cache_, folder_;
};

/// A content on its way into the cache, in blobs/DIGEST.incomplete until it is whole. What an earlier attempt left is
/// gone on from. A lock that huggingface_hub also takes keeps two programs from writing one content.
class BlobWriter {
  public:
    static Result<BlobWriter> open(const HubStore& store, const HubFile& file);
    BlobWriter(BlobWriter&&) noexcept;
    BlobWriter& operator=(BlobWriter&&) noexcept;
    ~BlobWriter();

    std::int64_t size() const { return size_; }
    /// Reads what an earlier attempt left, for the digest. Call it once, before `append`.
    Status readBack(std::stop_token stop);
    Status append(std::span<const std::byte> bytes);
    /// Back to no bytes.
    Status restart();
    /// Checks the digest of the whole content and gives it its name. What does not match is deleted.
    Status finish();

  private:
    class Descriptor;
    BlobWriter();
    Error failed(int error) const;
    Digest emptyDigest() const;

    HubFile file_;
    std::filesystem::path partial_, blob_;
    std::unique_ptr<Descriptor> lock_, out_;
    std::optional<Digest> digest_;
    std::int64_t size_ = 0;
};

}  // namespace mantissa
