#include <QDir>
#include <QImageWriter>
#include <QString>
#include <cstdio>
#include <string>

#include "samples.h"

/// Draws every sample picture into the folder that the command line names.
int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("Usage: mantissa-draw-samples FOLDER\n", stderr);
        return 2;
    }
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    if (!folder.exists()) {
        std::fprintf(stderr, "mantissa-draw-samples: %s: is not a folder\n", argv[1]);
        return 1;
    }
    for (const auto& sample : mantissa::samples::allSamples()) {
        const QString path = folder.filePath(QString::fromStdString(std::string(sample.name) + ".png"));
        QImageWriter writer(path, "png");
        writer.setCompression(100);  // the slowest and smallest
        if (!writer.write(sample.draw())) {
            std::fprintf(stderr, "mantissa-draw-samples: %s: was not written: %s\n", qPrintable(path),
                         qPrintable(writer.errorString()));
            return 1;
        }
    }
    return 0;
}
