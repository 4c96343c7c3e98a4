#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kBay(134, 72, 38), kBlack(34, 24, 22);

void pasture(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {0, 250}, {{0, QColor(150, 186, 220)}, {1, QColor(218, 228, 230)}}));
    const QPainterPath trees = smooth({{-30, 260},
                                       {-30, 150},
                                       {50, 128},
                                       {120, 156},
                                       {200, 132},
                                       {290, 160},
                                       {370, 136},
                                       {450, 150},
                                       {540, 126},
                                       {540, 260}});
    fill(canvas, trees, linear({0, 130}, {0, 260}, {{0, QColor(96, 122, 78)}, {1, QColor(54, 78, 46)}}));
    mottle(
        canvas, trees,
        {.colour = QColor(132, 154, 92), .width = 50, .height = 40, .threshold = 0.55, .strength = 0.7, .seed = 100});
    fill(canvas, polygon({{0, 250}, {512, 244}, {512, 512}, {0, 512}}),
         linear({0, 250}, {0, 512}, {{0, QColor(148, 168, 90)}, {1, QColor(96, 132, 48)}}));
    blurAll(canvas, 6);
    const QPainterPath grass = polygon({{0, 300}, {512, 300}, {512, 512}, {0, 512}});
    mottle(canvas, grass,
           {.colour = QColor(70, 104, 34),
            .width = 90,
            .height = 30,
            .threshold = 0.55,
            .strength = 0.6,
            .fade = 60,
            .seed = 101});
    strokes(canvas, grass,
            {.count = 1500,
             .length = 14,
             .width = 1.8,
             .contrast = 0.16,
             .angle = [](QPointF) { return -88.0; },
             .spread = 20});
}

/// A leg and its hoof. `shade` darkens the far ones; the near ones blend into the body at the top.
void leg(Canvas& canvas, const QPainterPath& shape, QPointF hoof, double shade) {
    const QRectF box = shape.boundingRect();
    fill(canvas, shape,
         linear(box.topLeft(), box.bottomLeft(),
                {{0, withAlpha(lighter(kBay, -shade), shade > 0.2 ? 1 : 0)},
                 {0.2, lighter(kBay, -shade)},
                 {0.45, lighter(kBay, -shade - 0.1)},
                 {0.62, lighter(kBlack, 0.04)},
                 {1, kBlack}}));
    fill(canvas,
         polygon({hoof + QPointF(-8, -12), hoof + QPointF(8, -12), hoof + QPointF(14, 4), hoof + QPointF(-14, 4)}),
         QColor(70, 62, 56));
}

const QPainterPath& nearFore() {
    static const QPainterPath path = smooth({{184, 258},
                                             {180, 300},
                                             {188, 346},
                                             {190, 392},
                                             {186, 428},
                                             {206, 428},
                                             {206, 392},
                                             {212, 346},
                                             {226, 304},
                                             {240, 262}});
    return path;
}

const QPainterPath& nearHind() {
    static const QPainterPath path = smooth({{346, 240},
                                             {352, 290},
                                             {376, 330},
                                             {388, 362},
                                             {384, 398},
                                             {380, 428},
                                             {400, 428},
                                             {402, 398},
                                             {410, 362},
                                             {408, 330},
                                             {424, 286},
                                             {430, 236}});
    return path;
}

QPainterPath bodyShape() {
    return smooth({{52, 172},  {60, 150},  {80, 118},  {98, 94},   {122, 82},  {154, 92},  {194, 126},
                   {238, 158}, {296, 172}, {348, 160}, {390, 162}, {422, 188}, {434, 232}, {424, 270},
                   {390, 286}, {330, 290}, {272, 302}, {222, 300}, {186, 280}, {166, 244}, {156, 208},
                   {142, 176}, {124, 166}, {104, 182}, {84, 200},  {64, 202},  {52, 190}});
}

void barrel(Canvas& canvas) {
    const QPainterPath body = bodyShape();
    fill(canvas, body,
         linear({0, 90}, {0, 304},
                {{0, lighter(kBay, 0.12)}, {0.45, kBay}, {0.8, lighter(kBay, -0.25)}, {1, lighter(kBay, -0.6)}}));
    softFill(canvas, ellipse({376, 204}, 40, 22, 10), withAlpha(lighter(kBay, 0.5), 0.55),
             {.radius = 14, .inside = &body});
    softFill(canvas, ellipse({270, 196}, 74, 18, 4), withAlpha(lighter(kBay, 0.5), 0.45),
             {.radius = 14, .inside = &body});
    softFill(canvas, smooth({{140, 112}, {176, 146}, {206, 190}, {190, 196}, {160, 150}}),
             withAlpha(lighter(kBay, 0.45), 0.4), {.radius = 10, .inside = &body});
    softFill(canvas, curve({{236, 170}, {226, 214}, {232, 260}, {244, 292}, {220, 270}, {212, 220}}),
             withAlpha(kBlack, 0.2), {.radius = 14, .inside = &body});
    softFill(canvas, curve({{340, 190}, {334, 240}, {350, 288}, {322, 280}, {316, 230}}), withAlpha(kBlack, 0.2),
             {.radius = 15, .inside = &body});
    softFill(canvas, ellipse({118, 160}, 18, 12), withAlpha(kBlack, 0.35), {.radius = 7, .inside = &body});
    softFill(canvas, smooth({{46, 164}, {66, 158}, {86, 186}, {80, 210}, {48, 206}}), withAlpha(kBlack, 0.8),
             {.radius = 8, .inside = &body});
    strokes(canvas, body,
            {.count = 1400,
             .length = 13,
             .width = 1.3,
             .contrast = 0.07,
             .angle = [](QPointF p) { return p.x() < 200 ? 60.0 : 20.0; },
             .edge = Edge::clipped});
}

void headDetails(Canvas& canvas) {
    fill(canvas, smooth({{112, 92}, {108, 66}, {118, 52}, {130, 68}, {132, 90}}),
         linear({110, 52}, {132, 90}, {{0, lighter(kBay, -0.2)}, {1, lighter(kBay, -0.45)}}));
    fill(canvas, ellipse({98, 126}, 6.5, 5.5), QColor(14, 10, 10));
    fill(canvas, ellipse({96, 124}, 1.8, 1.8), withAlpha(Qt::white, 0.9));
    fill(canvas, ellipse({62, 178}, 4.5, 3.2, 40), QColor(8, 6, 6));
    canvas.painter.strokePath(curve({{56, 194}, {70, 194}, {82, 188}}),
                              QPen(QColor(10, 8, 8), 1.8, Qt::SolidLine, Qt::RoundCap));
    fill(canvas, smooth({{92, 104}, {98, 108}, {84, 134}, {78, 132}}), withAlpha(Qt::white, 0.85));
}

void maneAndTail(Canvas& canvas) {
    const QPainterPath mane = smooth({{116, 74},
                                      {134, 74},
                                      {170, 90},
                                      {208, 122},
                                      {246, 154},
                                      {236, 172},
                                      {206, 176},
                                      {180, 158},
                                      {164, 148},
                                      {148, 122},
                                      {126, 104},
                                      {104, 108}});
    fill(canvas, mane, linear({130, 80}, {200, 170}, {{0, lighter(kBlack, 0.12)}, {1, kBlack}}));
    strokes(canvas, mane,
            {.count = 420, .length = 26, .width = 1.7, .contrast = 0.2, .angle = [](QPointF) { return 74.0; }});
    const QPainterPath tail = smooth({{410, 176},
                                      {436, 180},
                                      {458, 216},
                                      {470, 280},
                                      {476, 352},
                                      {462, 384},
                                      {444, 350},
                                      {436, 290},
                                      {430, 232},
                                      {416, 204}});
    fill(canvas, tail, linear({420, 180}, {470, 380}, {{0, lighter(kBlack, 0.12)}, {1, kBlack}}));
    strokes(canvas, tail,
            {.count = 380,
             .length = 34,
             .width = 1.7,
             .contrast = 0.2,
             .angle = [](QPointF) { return 78.0; },
             .spread = 8});
}

}  // namespace

QImage drawHorse() {
    Canvas canvas(19);
    pasture(canvas);
    softFill(canvas, ellipse({296, 432}, 180, 14), withAlpha(QColor(20, 34, 8), 0.75), {.radius = 12});
    leg(canvas, nearFore().translated(-15, -7), {181, 423}, 0.35);
    leg(canvas, nearHind().translated(-36, -6), {354, 424}, 0.35);
    maneAndTail(canvas);
    barrel(canvas);
    leg(canvas, nearFore(), {196, 430}, 0.1);
    leg(canvas, nearHind(), {390, 430}, 0.1);
    maneAndTail(canvas);
    headDetails(canvas);
    const QPainterPath grass = polygon({{0, 424}, {512, 424}, {512, 512}, {0, 512}});
    strokes(canvas, grass,
            {.count = 700,
             .length = 16,
             .width = 2,
             .contrast = 0.14,
             .angle = [](QPointF) { return -88.0; },
             .spread = 20});
    return canvas.image;
}

}  // namespace mantissa::samples
