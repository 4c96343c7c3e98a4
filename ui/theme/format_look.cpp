#include "theme/format_look.h"

#include <qcustomplot.h>

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace mantissa::ui {
namespace {

struct NamedLook {
    std::string_view name;
    const char* light;
    const char* dark;
    Marker marker;
};

// Okabe–Ito hues shifted to at least 3:1 on the card, told apart under protan, deutan and tritan simulation.
constexpr std::array kLooks{
    NamedLook{"fp32", "#2B3340", "#E6EAF0", Marker::disc},
    NamedLook{"fp64", "#8C9397", "#7C8691", Marker::circle},
    NamedLook{"tf32", "#2F97EC", "#8CC2FF", Marker::octagon},
    NamedLook{"fp16", "#00835A", "#2FD08F", Marker::triangleUp},
    NamedLook{"bf16", "#0B4FB8", "#4F8BF0", Marker::square},
    NamedLook{"e4m3", "#B83E06", "#EB5F2D", Marker::diamond},
    NamedLook{"e5m2", "#B4519F", "#F57BB9", Marker::triangleDown},
    NamedLook{"int8", "#A58F09", "#D9C21A", Marker::plus},
};
constexpr NamedLook kCustom{"", "#573175", "#7E5CF5", Marker::star};

/// A closed polygon of `count` corners whose distances from the centre alternate between `outer` and `inner`.
QPainterPath polygon(int count, double outer, double inner, double firstAngle) {
    QPolygonF corners;
    for (int i = 0; i < count; ++i) {
        const double angle = firstAngle + 2 * std::numbers::pi * i / count;
        const double radius = i % 2 == 0 ? outer : inner;
        corners << QPointF(radius * std::cos(angle), radius * std::sin(angle));
    }
    QPainterPath path;
    path.addPolygon(corners);
    path.closeSubpath();
    return path;
}

QPainterPath plusPath(double half, double arm) {
    QPainterPath path;
    path.addPolygon(QPolygonF{{-arm, -half},
                              {arm, -half},
                              {arm, -arm},
                              {half, -arm},
                              {half, arm},
                              {arm, arm},
                              {arm, half},
                              {-arm, half},
                              {-arm, arm},
                              {-half, arm},
                              {-half, -arm},
                              {-arm, -arm}});
    path.closeSubpath();
    return path;
}

}  // namespace

FormatLook lookOf(const Format& format) {
    const auto* found =
        std::find_if(kLooks.begin(), kLooks.end(), [&](const NamedLook& look) { return look.name == format.name; });
    const NamedLook& look = found == kLooks.end() ? kCustom : *found;
    return {.light = QColor(look.light), .dark = QColor(look.dark), .marker = look.marker};
}

QPainterPath markerPath(Marker marker, double size) {
    const double r = size / 2;
    QPainterPath path;
    switch (marker) {
        case Marker::disc:
            path.addEllipse(QPointF(0, 0), r * 0.94, r * 0.94);
            break;
        case Marker::circle:
            path.addEllipse(QPointF(0, 0), r * 0.8, r * 0.8);
            break;
        case Marker::octagon:
            path = polygon(8, r * 0.98, r * 0.98, std::numbers::pi / 8);
            break;
        case Marker::triangleUp:
            path.addPolygon(QPolygonF{{0, -r}, {r, r * 0.8}, {-r, r * 0.8}, {0, -r}});
            break;
        case Marker::square:
            path.addRect(QRectF(-r * 0.82, -r * 0.82, r * 1.64, r * 1.64));
            break;
        case Marker::diamond:
            path = polygon(4, r * 1.1, r * 1.1, 0);
            break;
        case Marker::triangleDown:
            path.addPolygon(QPolygonF{{0, r}, {r, -r * 0.8}, {-r, -r * 0.8}, {0, r}});
            break;
        case Marker::plus:
            path = plusPath(r, r * 0.38);
            break;
        case Marker::star:
            path = polygon(8, r * 1.15, r * 0.42, 0);
            break;
    }
    return path;
}

void paintMarker(QPainter& painter, const QRectF& area, const FormatLook& look, const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(area.center());
    const double size = std::min(area.width(), area.height());
    if (look.marker == Marker::circle) {
        painter.setPen(QPen(color, std::max(1.5, size * 0.17)));
        painter.setBrush(Qt::NoBrush);
    } else {
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
    }
    painter.drawPath(markerPath(look.marker, size * 0.86));
    painter.restore();
}

QPixmap markerPixmap(const FormatLook& look, const QColor& color, int size, double devicePixelRatio) {
    const int pixels = static_cast<int>(std::ceil(size * devicePixelRatio));
    QPixmap pixmap(pixels, pixels);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintMarker(painter, QRectF(0, 0, size, size), look, color);
    return pixmap;
}

QCPScatterStyle scatterStyle(const FormatLook& look, const QColor& color, double size, const QColor& edge) {
    // QCustomPlot scales custom paths as if they were drawn in a box of side 6.
    QCPScatterStyle style(markerPath(look.marker, 6), QPen(edge, edge.alpha() == 0 ? 0 : 1), QBrush(color), size);
    if (edge.alpha() == 0) style.setPen(QPen(Qt::NoPen));
    if (look.marker == Marker::circle) {
        style.setPen(QPen(color, 1.5));
        style.setBrush(Qt::NoBrush);
    }
    return style;
}

QString shortTitle(const Format& format) {
    const QString title = QString::fromStdString(format.title);
    return title.startsWith(QLatin1String("FP8 ")) ? title.mid(4) : title;
}

}  // namespace mantissa::ui
