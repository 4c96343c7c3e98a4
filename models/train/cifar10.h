#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "image/cifar_records.h"
#include "result.h"

namespace mantissa::training {

/// Pictures with their classes, as the files hold them.
struct CifarSet {
    std::vector<std::uint8_t> pixels;  ///< kCifarPixelBytes a picture
    std::vector<std::uint8_t> labels;  ///< below kCifarClasses, one a picture

    std::size_t size() const { return labels.size(); }
    std::span<const std::uint8_t> picture(std::size_t index) const {
        return std::span(pixels).subspan(index * kCifarPixelBytes, kCifarPixelBytes);
    }
};

/// CIFAR-10 (Krizhevsky 2009) in its binary form.
struct Cifar10 {
    CifarSet train;
    CifarSet test;
    std::vector<std::string> classNames;
};

/// Reads one file of records. Errors: not a regular file, more than 100,000 records, a record cut short, a label that
/// is no class; each names the byte.
Result<CifarSet> readCifarFile(const std::filesystem::path& path);

/// Reads data_batch_1.bin … data_batch_5.bin, test_batch.bin and, where present, the names in batches.meta.txt, from
/// `folder` or its subfolder cifar-10-batches-bin, which is how the archive unpacks.
Result<Cifar10> openCifar10(const std::filesystem::path& folder);

}  // namespace mantissa::training
