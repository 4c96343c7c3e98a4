#include "charts/painted_item.h"

#include <QFontMetricsF>
#include <algorithm>
#include <utility>

namespace mantissa::ui {
namespace {

constexpr double kHalfBreak = 4;  // px: half the gap of a bar that is cut

class PaintedItem final : public QCPAbstractItem {
  public:
    PaintedItem(QCustomPlot* plot, PlotPainter paint) : QCPAbstractItem(plot), paint_(std::move(paint)) {}
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        paint_(*painter);
        painter->restore();
    }

  private:
    PlotPainter paint_;
};

}  // namespace

void addPainting(QCustomPlot& plot, QCPAxisRect* rect, PlotPainter paint, ClipTo clip) {
    auto* item = new PaintedItem(&plot, std::move(paint));
    item->setClipAxisRect(rect);
    item->setClipToAxisRect(clip == ClipTo::axisRect);
    item->setLayer(QStringLiteral("main"));
    item->setSelectable(false);
}

void paintBar(QPainter& painter, const QRectF& bar, BarFill fill, const QColor& color, const QColor& background) {
    if (bar.width() <= 0 || bar.height() <= 0) return;
    painter.save();
    painter.setPen(Qt::NoPen);
    if (fill == BarFill::solid) {
        painter.setBrush(color);
        painter.drawRect(bar);
        painter.restore();
        return;
    }
    painter.setBrush(blended(color, background, 0.34));
    painter.drawRect(bar);
    if (fill == BarFill::hatched) {
        painter.setPen(QPen(color, 1.3, Qt::SolidLine, Qt::FlatCap));
        // x + y = c runs at 45°; each line is cut to the bar here, because vector writers ignore clip paths.
        constexpr double kPitch = 5.5;
        for (double c = bar.left() + bar.top() + kPitch; c < bar.right() + bar.bottom(); c += kPitch) {
            const double fromX = std::max(bar.left(), c - bar.bottom()), toX = std::min(bar.right(), c - bar.top());
            if (toX > fromX) painter.drawLine(QPointF(fromX, c - fromX), QPointF(toX, c - toX));
        }
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    if (bar.width() > 1 && bar.height() > 1) painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
    painter.restore();
}

void paintScaleBreak(QPainter& painter, QPointF at, double barHeight, const QColor& background, const QColor& ink) {
    painter.save();
    const double half = barHeight / 2 + 3, slant = half * 0.45;
    // A gap with a stroke at each side: the bar is in two pieces.
    const auto edge = [&](double shift) {
        return QLineF(at.x() + shift - slant, at.y() + half, at.x() + shift + slant, at.y() - half);
    };
    const QLineF left = edge(-kHalfBreak), right = edge(kHalfBreak);
    painter.setPen(Qt::NoPen);
    painter.setBrush(background);
    painter.drawPolygon(QPolygonF{left.p1(), left.p2(), right.p2(), right.p1()});
    painter.setPen(QPen(ink, 1.4, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(left);
    painter.drawLine(right);
    painter.restore();
}

QSizeF textSize(const QString& text, const QFont& font) {
    const QFontMetricsF metrics(font);
    return {metrics.horizontalAdvance(text), metrics.height()};
}

void paintText(QPainter& painter, QPointF at, Qt::Alignment alignment, const QString& text, const QFont& font,
               const QColor& color) {
    const QFontMetricsF metrics(font);
    const double width = metrics.horizontalAdvance(text);
    double x = at.x() - width / 2, y = at.y() + (metrics.ascent() - metrics.descent()) / 2;
    if (alignment & Qt::AlignLeft) x = at.x();
    if (alignment & Qt::AlignRight) x = at.x() - width;
    if (alignment & Qt::AlignTop) y = at.y() + metrics.ascent();
    if (alignment & Qt::AlignBottom) y = at.y() - metrics.descent();
    painter.save();
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(QPointF(x, y), text);
    painter.restore();
}

}  // namespace mantissa::ui
