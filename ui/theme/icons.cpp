#include "theme/icons.h"

#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <cmath>

namespace mantissa::ui {
namespace {

/// Contents of an SVG of 20 × 20; strokes unless a shape says `fill`. "C" stands for the colour.
const char* shapes(Glyph which) {
    switch (which) {
        case Glyph::compare:
            return R"(<path d="M3 17V9M7.7 17V3M12.3 17V7M17 17V12"/>)";
        case Glyph::formats:
            return R"(<path d="M2 6.5h16v7H2zM6.5 6.5v7M11.5 6.5v7"/>)";
        case Glyph::dotProduct:
            return R"(<path d="M2.5 16.5 9 6.5h8.5"/><circle cx="9" cy="6.5" r="1.6"/>)";
        case Glyph::layers:
            return R"(<path d="M10 2.8 18 7l-8 4.2L2 7zM2.6 10.4 10 14.3l7.4-3.9M2.6 13.6l7.4 3.9 7.4-3.9"/>)";
        case Glyph::memory:
            return R"(<path d="M3 3v14M3 4.5h14v3.2H3M3 7.7h10v3.6H3M3 11.3h6v3.7H3"/>)";
        case Glyph::settings:
            return R"(<circle cx="10" cy="10" r="3.2"/><path d="M10 2v2.6M10 15.4V18M2 10h2.6M15.4 10H18M4.3 4.3l1.9 1.9M13.8 13.8l1.9 1.9M4.3 15.7l1.9-1.9M13.8 6.2l1.9-1.9"/>)";
        case Glyph::model:
            return R"(<path d="M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.6 16.5 6M10 9.6v7.9"/>)";
        case Glyph::image:
            return R"(<rect x="2.5" y="3.5" width="15" height="13" rx="1.5"/><circle cx="7" cy="8" r="1.4"/><path d="M3 14.5l4.5-3.5 3 2.2 3-3 4 3.6"/>)";
        case Glyph::folder:
            return R"(<path d="M2.5 16V4.5h5l2 2.2h8V16z"/>)";
        case Glyph::play:
            return R"(<path d="M5.5 3.5v13l11-6.5z" fill="C" stroke="none"/>)";
        case Glyph::theme:
            return R"(<circle cx="10" cy="10" r="6.5"/><path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="C"/>)";
        case Glyph::projector:
            return R"(<path d="M2.5 3.5h15v9.5h-15zM10 13v4M6.5 17h7"/>)";
        case Glyph::exportChart:
            return R"(<path d="M10 12.5v-10M6.5 5.8 10 2.4l3.5 3.4M3 11v6h14v-6"/>)";
        case Glyph::caution:
            return R"(<path d="M10 2.8 18 16.8H2zM10 8v4.2M10 14.2v.6"/>)";
        case Glyph::info:
            return R"(<circle cx="10" cy="10" r="7.2"/><path d="M10 9v5M10 5.8v.8"/>)";
        case Glyph::close:
            return R"(<path d="M5 5l10 10M15 5 5 15"/>)";
        case Glyph::undo:
            return R"(<path d="M7 4 3.5 7.5 7 11M3.5 7.5H12a4.5 4.5 0 0 1 0 9H8"/>)";
        case Glyph::copy:
            return R"(<path d="M7 7h10v10H7zM13 7V3H3v10h4"/>)";
        case Glyph::cross:
            return R"(<path d="M5 5l10 10M15 5 5 15" stroke-width="2.4"/>)";
        case Glyph::up:
            return R"(<path d="M10 16V4M5.5 8.5 10 4l4.5 4.5"/>)";
        case Glyph::down:
            return R"(<path d="M10 4v12M5.5 11.5 10 16l4.5-4.5"/>)";
    }
    return "";
}

QByteArray svgOf(Glyph which, const QColor& color) {
    QByteArray body(shapes(which));
    body.replace("\"C\"", "\"" + color.name().toLatin1() + "\"");
    return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><g fill="none" stroke=")" +
           color.name().toLatin1() + R"(" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">)" + body +
           "</g></svg>";
}

}  // namespace

QPixmap glyphPixmap(Glyph which, const QColor& color, int size, double devicePixelRatio) {
    const int pixels = static_cast<int>(std::ceil(size * devicePixelRatio));
    const QString key = QStringLiteral("glyph %1 %2 %3 %4")
                            .arg(static_cast<int>(which))
                            .arg(color.name(QColor::HexArgb))
                            .arg(size)
                            .arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) return pixmap;
    pixmap = QPixmap(pixels, pixels);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QSvgRenderer(svgOf(which, color)).render(&painter, QRectF(0, 0, size, size));
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

QIcon glyph(Glyph which, const QColor& color) {
    QIcon icon;
    for (const int size : {16, 20, 24, 32})
        for (const double ratio : {1.0, 2.0}) icon.addPixmap(glyphPixmap(which, color, size, ratio));
    return icon;
}

QIcon applicationIcon() {
    QSvgRenderer renderer(QStringLiteral(":/mantissa/icons/mantissa.svg"));
    QIcon icon;
    for (const int size : {16, 32, 48, 128}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        renderer.render(&painter);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace mantissa::ui
