#include "layers/worst_view.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "number_text.h"
#include "numerics/rounding.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kWorstRow = 20, kBitCell = 9, kWideFrom = 420;  // px
constexpr int kShownDigits = 7;

QString positionText(const WorstElement& element) {
    QStringList parts;
    for (const auto index : element.position) parts << QString::number(index);
    const QString tensor = QString::fromStdString(element.tensor.substr(element.tensor.rfind('.') + 1));
    return tensor + QLatin1Char('[') + parts.join(QStringLiteral(", ")) + QLatin1Char(']');
}

QString plainValue(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    return compactText(value, kShownDigits);
}

/// A format of the Formats page by its key there; empty where that page has none like it.
std::string keyOf(const Format& format) {
    const auto keys = FormatsState::allKeys();
    if (std::find(keys.begin(), keys.end(), format.name) != keys.end()) return format.name;
    return format.kind == FormatKind::floating ? std::string(kCustomKey) : std::string();
}

}  // namespace

WorstView::WorstView(QWidget* parent)
    : QWidget(parent),
      none_(roleLabel({}, "secondary", this)),
      table_(new QTableWidget(this)),
      caption_(roleLabel({}, "caption", this)),
      bitBox_(new QWidget(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    none_->setWordWrap(true);
    table_->setAccessibleName(tr("Worst elements"));
    table_->setProperty("role", "rows");
    table_->setColumnCount(4);
    table_->setShowGrid(false);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setTabKeyNavigation(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setMinimumSectionSize(kWorstRow);
    table_->verticalHeader()->setDefaultSectionSize(kWorstRow);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setMinimumSectionSize(72);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table_->setToolTip(tr("Enter or a double click shows the value on the Formats page"));
    table_->installEventFilter(this);
    auto* rows = new QGridLayout(bitBox_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setHorizontalSpacing(8);
    rows->setVerticalSpacing(4);
    rows->setColumnStretch(2, 1);
    layout->addWidget(none_);
    layout->addWidget(table_, 1);
    layout->addWidget(caption_);
    layout->addWidget(bitBox_);
    layout->addStretch(0);
    connect(table_, &QTableWidget::currentCellChanged, this, &WorstView::showBits);
    connect(table_, &QTableWidget::cellDoubleClicked, this, [this] { request(values_->format); });
    fillRows();
}

const std::vector<WorstElement>& WorstView::worst() const {
    return weights_ ? values_->weights.worst : values_->activations.worst;
}

void WorstView::setValues(LayerValuesPtr values, bool weights) {
    values_ = std::move(values);
    weights_ = weights;
    fillRows();
}

void WorstView::fillRows() {
    const std::size_t count = values_ ? worst().size() : 0;
    none_->setVisible(count == 0);
    none_->setText(
        !values_
            ? tr("Choose a layer to see its values.")
            : tr("%1 holds every value of them as it is in FP32.").arg(QString::fromStdString(values_->format.title)));
    for (QWidget* one : std::initializer_list<QWidget*>{table_, caption_, bitBox_}) one->setVisible(count > 0);
    table_->clearContents();
    table_->setRowCount(static_cast<int>(count));
    if (count == 0) return;
    table_->setHorizontalHeaderLabels({tr("Element"), tr("FP32"), shortTitle(values_->format), tr("|Δ|")});
    for (int row = 0; row < table_->rowCount(); ++row) {
        const WorstElement& one = worst()[static_cast<std::size_t>(row)];
        const QString texts[]{positionText(one), plainValue(static_cast<double>(one.exact)),
                              plainValue(static_cast<double>(one.rounded)), errorText(one.error)};
        for (int column = 0; column < 4; ++column) {
            auto* cell = new QTableWidgetItem(texts[column]);
            cell->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            cell->setFont(themeFont(FontRole::numbers, kAxisPixels));
            cell->setToolTip(plainToolTip(QString::fromStdString(one.tensor) + QLatin1Char('\n') + texts[column]));
            table_->setItem(row, column, cell);
        }
    }
    for (int column = 0; column < 4; ++column)
        table_->horizontalHeaderItem(column)->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) |
                                                               Qt::AlignVCenter);
    table_->setCurrentCell(0, 0);
    showBits();
}

void WorstView::addBits(const Format& format) {
    auto* rows = static_cast<QGridLayout*>(bitBox_->layout());
    const auto at = static_cast<int>(bits_.size());
    names_.push_back(roleLabel({}, "caption", bitBox_));
    numbers_.push_back(roleLabel({}, "", bitBox_));
    numbers_.back()->setFont(themeFont(FontRole::numbers, kAxisPixels));
    numbers_.back()->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* bits = new BitRow(BitRow::Size::overview, bitBox_);
    bits->setToolTip(tr("Click to show this value on the Formats page"));
    bits_.push_back(bits);
    formats_.push_back(format);
    rows->addWidget(names_.back(), at, 0);
    rows->addWidget(bits, at, 1, Qt::AlignLeft | Qt::AlignVCenter);
    rows->addWidget(numbers_.back(), at, 2);
    const auto ask = [this, at] { request(formats_[static_cast<std::size_t>(at)]); };
    connect(bits, &BitRow::chosen, this, ask);
    connect(bits, &BitRow::edited, this, [this, ask] {
        showBits();  // the value stays what it is
        ask();
    });
}

void WorstView::showBits() {
    const int row = table_->currentRow();
    if (!values_ || row < 0 || row >= static_cast<int>(worst().size())) return;
    const double exact = static_cast<double>(worst()[static_cast<std::size_t>(row)].exact);
    std::vector<Format> shown;
    for (const char* name : {"fp32", "tf32", "bf16", "fp16", "e4m3", "e5m2"}) shown.push_back(format(name));
    if (std::find(shown.begin(), shown.end(), values_->format) == shown.end() &&
        values_->format.kind == FormatKind::floating && values_->format.bits() <= 32)
        shown.push_back(values_->format);
    while (bits_.size() < shown.size()) addBits(shown[bits_.size()]);
    formats_ = shown;
    caption_->setText(tr("%1 in each format, without scales").arg(plainValue(exact)));
    for (std::size_t i = 0; i < bits_.size(); ++i) {
        const bool used = i < shown.size();
        for (QWidget* one : std::initializer_list<QWidget*>{names_[i], bits_[i], numbers_[i]}) one->setVisible(used);
        if (!used) continue;
        const std::uint64_t code = encode(shown[i], exact);
        names_[i]->setText(shortTitle(shown[i]));
        bits_[i]->setBits(shown[i], code);
        bits_[i]->setCellWidth(width() < kWideFrom ? kBitCell - 1 : kBitCell);
        bits_[i]->setAccessibleName(tr("Bits in %1").arg(QString::fromStdString(shown[i].title)));
        numbers_[i]->setText(plainValue(decode(shown[i], code)));
    }
}

void WorstView::request(const Format& format) {
    const int row = table_->currentRow();
    const std::string key = keyOf(format);
    if (!values_ || row < 0 || key.empty()) return;
    FormatsState state;
    const Format& fp32 = mantissa::format("fp32");
    state.source = SourceBits{"fp32", encode(fp32, static_cast<double>(worst()[static_cast<std::size_t>(row)].exact))};
    state.selected = key;
    if (key == kCustomKey) state.custom = format;
    const auto keys = state.shownKeys();
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) state.shown = ShownFormats::all;
    emit formatsRequested(state);
}

void WorstView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showBits();
}

bool WorstView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && table_->currentRow() >= 0) {
            request(values_->format);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace mantissa::ui
