#include "dot/step_view.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "charts/dot_chart.h"
#include "charts/painted_item.h"
#include "number_text.h"
#include "numerics/rounding.h"
#include "numerics/value_text.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr double kWords = 18, kBits = 20, kRowsBetween = 8, kAxis = 46;  // px
constexpr double kLeastDigit = 7;                                    // px a cell must have to show its digit

/// Every digit where they are few, else as many as tell it apart.
QString plainText(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    const std::string exact = exactDecimalText(value);
    if (exact.size() <= 16) return QString::fromStdString(exact).replace('-', QChar(0x2212));
    return compactText(value, 9);
}

/// Whether `format` holds the value as it is.
bool holds(const Format& format, double value) { return decode(format, encode(format, value)) == value; }

void paintBits(QPainter& painter, const QRectF& area, const Format& format, std::uint64_t code) {
    const BitTokens& t = Theme::instance().bits();
    const int bits = format.bits();
    const double width = std::min(22.0, area.width() / bits);
    painter.setFont(themeFont(FontRole::numbers, kAxisPixels));
    for (int i = 0; i < bits; ++i) {
        const int place = bits - 1 - i;
        const bool on = ((code >> place) & 1) != 0;
        const bool sign = format.signBits == 1 && i == 0;
        const bool exponent = format.kind == FormatKind::floating && !sign && i < format.signBits + format.exponentBits;
        const QColor fill = sign                                 ? t.sign
                            : format.kind == FormatKind::integer ? t.integer
                            : exponent                           ? t.exponent
                                                                 : t.fraction;
        const QRectF cell(area.left() + i * width, area.top(), width, area.height());
        painter.setPen(QPen(t.outline, 1));
        painter.setBrush(fill);
        painter.drawRect(cell);
        if (width < kLeastDigit && !on) continue;
        painter.setPen(sign ? t.digitOnDark : t.digitOnLight);
        if (width < kLeastDigit)  // too narrow for digits: a 1 is a stroke
            painter.drawLine(QPointF(cell.center().x(), cell.top() + 4), QPointF(cell.center().x(), cell.bottom() - 4));
        else
            painter.drawText(cell, Qt::AlignCenter, on ? QStringLiteral("1") : QStringLiteral("0"));
    }
}

QString outcomeText(const DotStep& step) {
    switch (step.outcome) {
        case StepOutcome::exact:
            return QObject::tr("exact");
        case StepOutcome::nearest:
            return QObject::tr("the nearer neighbour");
        case StepOutcome::tie:
            return QObject::tr("tie, goes to the even fraction");
        case StepOutcome::overflow:
            return QObject::tr("beyond the largest value");
        case StepOutcome::undefined:
            return QObject::tr("not a number to add");
    }
    return {};
}

}  // namespace

StepView::StepView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Inspected step"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize StepView::minimumSizeHint() const {
    return {240, static_cast<int>(3 * (kWords + kBits + kRowsBetween) + 2 * kWords + kAxis + kRowsBetween)};
}

void StepView::setStep(std::shared_ptr<const DotReport> report, std::size_t series, std::uint64_t step) {
    report_ = std::move(report);
    series_ = series;
    if (report_) step_ = dotStep(*report_, series, step);
    setAccessibleDescription(text());
    update();
}

QString StepView::title() const {
    if (!report_) return tr("Step");
    return tr("Step n = %1, %2")
        .arg(groupedText(static_cast<std::int64_t>(step_.n)), titleOf(report_->series[series_]));
}

std::optional<FormatsState> StepView::formatsState() const {
    if (!report_ || !holds(accumulator(), step_.addition.left) || !std::isfinite(step_.addition.right))
        return std::nullopt;
    FormatsState state;
    const auto keys = FormatsState::allKeys();
    const bool known = std::find(keys.begin(), keys.end(), accumulator().name) != keys.end();
    if (!known && accumulator().kind != FormatKind::floating) return std::nullopt;
    state.selected = known ? accumulator().name : std::string(kCustomKey);
    if (!known) state.custom = accumulator();
    state.source = SourceBits{state.selected, encode(accumulator(), step_.addition.left)};
    state.addend = exactDecimalText(step_.addition.right);
    state.shown = ShownFormats::all;
    const auto usual = FormatsState{}.shownKeys();
    if (std::find(usual.begin(), usual.end(), state.selected) != usual.end()) state.shown = FormatsState{}.shown;
    return state;
}

StepView::Line StepView::sumLine() const {
    const double left = step_.addition.left;
    return {tr("Sum so far"), plainText(left), accumulator(),
            holds(accumulator(), left) ? std::optional(encode(accumulator(), left)) : std::nullopt};
}

StepView::Line StepView::addendLine() const {
    const double right = step_.addition.right;
    // In the accumulator's format where it has that value, else in that of the products.
    const bool inSums = holds(accumulator(), right);
    const Format& format = inSums ? accumulator() : report_->product;
    QString words = tr("Add");
    const bool isProduct = right == step_.product;
    if (isProduct && (step_.a != 1 || step_.b != 1))
        words = tr("Add %1 × %2")
                    .arg(compactText(static_cast<double>(step_.a), 4), compactText(static_cast<double>(step_.b), 4));
    if (!inSums) words += tr(" in %1").arg(QString::fromStdString(format.title));
    const QString number = std::signbit(right) ? plainText(right) : QStringLiteral("+ ") + plainText(right);
    return {words, number, format, holds(format, right) ? std::optional(encode(format, right)) : std::nullopt};
}

StepView::Line StepView::storedLine() const {
    const double stored = step_.addition.stored;
    return {tr("Stored: %1").arg(outcomeText(step_)), plainText(stored), accumulator(), encode(accumulator(), stored)};
}

QString StepView::exactText() const {
    QString text = plainText(step_.exact);
    if (step_.exactRest != 0) text += QStringLiteral("…");
    return text;
}

QString StepView::bitsNeededText() const {
    const Format& f = accumulator();
    if (step_.exactBits == 0 || f.kind != FormatKind::floating) return {};
    return (step_.exactBits == 1 ? tr("needs %1 significant bit, %2 has %3")
                                 : tr("needs %1 significant bits, %2 has %3"))
        .arg(QString::number(step_.exactBits), QString::fromStdString(f.title), QString::number(f.fractionBits + 1));
}

QString StepView::text() const {
    if (!report_) return tr("No step yet.");
    QStringList lines{title()};
    for (const Line& line : {sumLine(), addendLine()}) {
        lines << line.words + QStringLiteral(": ") + line.number;
        if (line.code) lines.last() += QStringLiteral("  ") + QString::fromStdString(bitText(line.format, *line.code));
    }
    lines << tr("Exact result: %1").arg(exactText());
    if (const QString needed = bitsNeededText(); !needed.isEmpty()) lines.last() += QStringLiteral(", ") + needed;
    lines << tr("Neighbours: %1 and %2").arg(plainText(step_.below), plainText(step_.above));
    const Line stored = storedLine();
    lines << stored.words + QStringLiteral(": ") + stored.number + QStringLiteral("  ") +
                 QString::fromStdString(bitText(stored.format, *stored.code));
    return lines.join('\n');
}

double StepView::paintLine(QPainter& painter, double top, const Line& line) const {
    const Tokens& t = Theme::instance().tokens();
    const QFont words = themeFont(FontRole::words, kSecondaryPixels),
                number = themeFont(FontRole::numbers, kTablePixels, FontWeight::semibold);
    const double room = width() - 10 - textSize(line.number, number).width();
    const QString shown = QFontMetricsF(words).elidedText(line.words, Qt::ElideRight, room);
    paintText(painter, {0, top + kWords / 2}, Qt::AlignLeft | Qt::AlignVCenter, shown, words, t.text2);
    paintText(painter, {width() - 1.0, top + kWords / 2}, Qt::AlignRight | Qt::AlignVCenter, line.number, number,
              t.text1);
    if (line.code)
        paintBits(painter, QRectF(0.5, top + kWords + 0.5, width() - 1.0, kBits - 1), line.format, *line.code);
    return top + kWords + kBits + kRowsBetween;
}

double StepView::paintExact(QPainter& painter, double top) const {
    const Tokens& t = Theme::instance().tokens();
    paintText(painter, {0, top + kWords / 2}, Qt::AlignLeft | Qt::AlignVCenter, tr("Exact result"),
              themeFont(FontRole::words, kSecondaryPixels), t.text2);
    paintText(painter, {width() - 1.0, top + kWords / 2}, Qt::AlignRight | Qt::AlignVCenter, exactText(),
              themeFont(FontRole::numbers, kTablePixels, FontWeight::semibold), t.text1);
    paintText(painter, {0, top + 1.5 * kWords}, Qt::AlignLeft | Qt::AlignVCenter, bitsNeededText(),
              themeFont(FontRole::words, kAxisPixels), t.text3);
    paintNeighbours(painter, QRectF(0, top + 2 * kWords, width(), kAxis));
    return top + 2 * kWords + kAxis + kRowsBetween;
}

/// The values around the exact result, to scale: two neighbours on either side where they exist.
void StepView::paintNeighbours(QPainter& painter, const QRectF& area) const {
    const Tokens& t = Theme::instance().tokens();
    const Format& f = accumulator();
    const QFont small = themeFont(FontRole::numbers, kAxisPixels);
    if (step_.outcome == StepOutcome::overflow || step_.outcome == StepOutcome::undefined) {
        paintText(painter, area.center(), Qt::AlignCenter,
                  tr("%1 ends at ±%2").arg(QString::fromStdString(f.title), plainText(limits(f).max)),
                  themeFont(FontRole::words, kSecondaryPixels), t.text2);
        return;
    }
    std::vector<double> values{step_.below};
    if (step_.above != step_.below) values.push_back(step_.above);
    for (int i = 0; i < 2; ++i) {
        const double down = decode(f, nextDown(f, encode(f, values.front())));
        const double up = decode(f, nextUp(f, encode(f, values.back())));
        if (std::isfinite(down) && down < values.front()) values.insert(values.begin(), down);
        if (std::isfinite(up) && up > values.back()) values.push_back(up);
    }
    const double low = values.front(), span = values.back() - low;
    if (!(span > 0) || !std::isfinite(span)) return;
    const double left = area.left() + 26, right = area.right() - 26, y = area.top() + 24;
    const auto at = [&](double value) { return left + (value - low) / span * (right - left); };
    painter.setPen(QPen(t.inputLine, 1));
    painter.drawLine(QPointF(area.left() + 4, y), QPointF(area.right() - 4, y));
    const QColor color = Theme::instance().formatColor(f);
    // Labels of neighbours first: they matter, and others give way.
    std::vector<double> order{step_.below, step_.above};
    for (const double value : values)
        if (value != step_.below && value != step_.above) order.push_back(value);
    std::vector<QRectF> taken;
    for (const double value : order) {
        painter.setPen(QPen(color, 2));
        painter.drawLine(QPointF(at(value), y - 7), QPointF(at(value), y + 7));
        const QString text = plainText(value);
        const double half = textSize(text, small).width() / 2 + 3;
        const double center = std::clamp(at(value), area.left() + half, area.right() - half);
        const QRectF box(center - half, y + 8, 2 * half, 14);
        if (std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(box); }))
            continue;
        taken.push_back(box);
        paintText(painter, box.center(), Qt::AlignCenter, text, small, t.text3);
    }
    const double exactAt = at(step_.exact + step_.exactRest), storedAt = at(step_.addition.stored);
    painter.setPen(QPen(t.text1, 1.5));
    painter.setBrush(t.card);
    painter.drawEllipse(QPointF(exactAt, y), 4, 4);
    if (std::abs(exactAt - storedAt) < 6) return;
    // From the exact result to what is stored.
    const double middle = (exactAt + storedAt) / 2, toward = storedAt < exactAt ? 1 : -1;
    QPainterPath arrow(QPointF(exactAt, y - 6));
    arrow.quadTo(middle, y - 26, storedAt + 2 * toward, y - 9);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(arrow);
    painter.setBrush(t.text1);
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(QPolygonF{QPointF(storedAt, y - 7), QPointF(storedAt + 7 * toward, y - 9),
                                  QPointF(storedAt + 3 * toward, y - 15)});
}

void StepView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = Theme::instance().tokens();
    if (!report_) {
        paintText(painter, QRectF(rect()).center(), Qt::AlignCenter, tr("No step yet."),
                  themeFont(FontRole::words, kSecondaryPixels), t.text3);
        return;
    }
    double top = 0;
    top = paintLine(painter, top, sumLine());
    top = paintLine(painter, top, addendLine());
    top = paintExact(painter, top);
    paintLine(painter, top, storedLine());
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void StepView::copy() const { QGuiApplication::clipboard()->setText(text()); }

void StepView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && report_) return copy();
    QWidget::keyPressEvent(event);
}

void StepView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(tr("Copy as text"), this, &StepView::copy)->setEnabled(report_ != nullptr);
    menu.exec(event->globalPos());
}

void StepView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void StepView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

}  // namespace mantissa::ui
