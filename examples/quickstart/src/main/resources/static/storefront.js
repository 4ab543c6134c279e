const POLL_MILLIS = 500;
const CHART_SECONDS = 60;
const SERIES = ['placed', 'published', 'consumed'];

const $ = id => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const samples = [];
const DRILL_PATIENCE_MILLIS = 90_000;
let batch = null;
let placed = null;
let shownDrill = null;
let pastDrill = null;

const duration = millis => millis < 1000 ? `${millis} ms`
    : millis < 60_000 ? `${(millis / 1000).toFixed(1)} s`
    : `${Math.floor(millis / 60_000)} min ${Math.floor(millis % 60_000 / 1000)} s`;

function element(name, attributes = {}, text) {
    const svg = ['line', 'polyline', 'text', 'title'].includes(name);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    if (text !== undefined) node.textContent = text;
    return node;
}

// ---- figures -------------------------------------------------------------------------------------------------------

/** The count at an instant, on the straight line between the two samples around it. */
function countAt(series, at) {
    const after = samples.findIndex(sample => sample.at >= at);
    if (after === 0) return samples[0][series];
    if (after < 0) return samples[samples.length - 1][series];
    const [from, to] = [samples[after - 1], samples[after]];
    return from[series] + (to[series] - from[series]) * (at - from.at) / (to.at - from.at);
}

const rate = (series, until) => Math.max(0, countAt(series, until) - countAt(series, until - 1000));

function show(status) {
    const at = Date.parse(status.at);
    if (samples.length && samples[samples.length - 1].at >= at) return;
    samples.push({ at, placed: status.placed, published: status.published, consumed: status.consumed });
    while (samples[0].at < at - (CHART_SECONDS + 5) * 1000) samples.shift();

    for (const series of SERIES) {
        $(series).textContent = number.format(status[series]);
        $(`${series}-rate`).textContent = number.format(Math.round(rate(series, at)));
    }
    $('pending').textContent = number.format(status.outbox.pending);
    $('oldest').textContent = duration(status.outbox.oldestMillis);
    const onTheWay = status.placed - status.consumed;
    $('balance').textContent = onTheWay > 0 ? `${number.format(onTheWay)} on their way`
        : onTheWay < 0 ? `${number.format(-onTheWay)} applied twice`
        : status.placed > 0 ? 'all there, each once' : 'applied to the read model';
    showChart(at);
    showStock(status.stock, status.drill ? [status.drill.stock] : []);
    showDrill(status.drill, at);
    showLatest(status.latest);
    showBatch(status);
}

function showChart(now) {
    const chart = $('chart');
    const [width, height, left, bottom] = [chart.clientWidth, chart.clientHeight, 44, 18];
    const end = Math.floor(now / 1000) * 1000;
    const lines = SERIES.map(series =>
        Array.from({ length: CHART_SECONDS }, (_, i) => rate(series, end - (CHART_SECONDS - 1 - i) * 1000)));
    const peak = Math.max(10, ...lines.flat());
    const unit = 10 ** Math.floor(Math.log10(peak));
    const top = [1, 2, 4, 5, 8, 10].map(factor => factor * unit).find(value => value >= peak);
    const y = value => height - bottom - value / top * (height - bottom - 8);
    const x = i => left + i / (CHART_SECONDS - 1) * (width - left - 4);

    chart.setAttribute('viewBox', `0 0 ${width} ${height}`);
    chart.replaceChildren();
    for (const value of [0, top / 2, top]) {
        chart.append(element('line', { class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value) }));
        chart.append(element('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, number.format(value)));
    }
    chart.append(element('text', { x: left, y: height - 2 }, '60 s ago'));
    chart.append(element('text', { x: width - 4, y: height - 2, 'text-anchor': 'end' }, 'now'));
    SERIES.forEach((series, s) => chart.append(element('polyline', {
        class: `series ${series}`,
        points: lines[s].map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' '),
    })));
}

function step(stage, done, text) {
    const cell = element('td');
    cell.append(element('span', { class: `step ${stage}${done ? ' done' : ''}` }, text));
    return cell;
}

function showLatest(latest) {
    if (latest.length === 0) return;
    $('latest').replaceChildren(...latest.map(order => {
        const row = element('tr');
        const id = element('td');
        const link = element('a', { href: `/orders/${order.orderId}` });
        link.append(element('code', { title: order.orderId }, order.orderId.slice(0, 8)));
        id.append(link);
        // An order that was consumed was published, seen or not.
        const published = order.publishedMillis !== null || order.consumedMillis !== null;
        const after = millis => millis === null ? '' : `after ${duration(millis)}`;
        row.append(
            id,
            element('td', {}, order.customerId),
            element('td', {}, `${order.quantity} × ${order.sku}`),
            step('placed', true, new Date(order.placedAt).toLocaleTimeString('en-GB')),
            step('published', published, after(order.publishedMillis) || (published ? 'yes' : 'waiting')),
            step('consumed', order.consumedMillis !== null, after(order.consumedMillis) || 'waiting'));
        return row;
    }));
}

function showStock(items, drilled) {
    $('stock').replaceChildren(...[...items, ...drilled].map(item => {
        const row = element('tr');
        row.append(
            element('th', { scope: 'row' }, item.sku),
            ...['available', 'held', 'sold'].map(figure => element('td', {}, number.format(item[figure]))));
        return row;
    }));
    const skus = items.map(item => item.sku);
    if (skus.join() !== [...$('skus').children].map(option => option.value).join()) {
        $('skus').replaceChildren(...skus.map(sku => element('option', { value: sku })));
    }
}

/** Only what has changed, for it is read aloud. */
function say(id, text) {
    if ($(id).textContent !== text) $(id).textContent = text;
}

function showDrill(drill, at) {
    if (!drill || drill.stock.sku === pastDrill) return;
    const { stock, result } = drill;
    shownDrill = stock.sku;
    const lost = !result && at - Date.parse(drill.startedAt) > DRILL_PATIENCE_MILLIS;
    $('drill').disabled = !result && !lost;
    $('drill-progress').hidden = false;
    $('drill-progress').value = stock.sold / stock.total;
    $('drill-sold').textContent = number.format(stock.sold);
    $('drill-refused').textContent = result ? number.format(result.refused) : '–';
    $('drill-summaries').textContent = number.format(drill.summaries);
    if (lost) {
        say('drill-note', 'The drill has not come to its end: the instance that ran it was stopped.');
        say('drill-books', '');
    } else if (!result) {
        say('drill-note', `${number.format(drill.buyers)} buyers are at it.`);
        say('drill-books', '');
    } else {
        const exact = stock.sold === stock.total && result.failed === 0;
        say('drill-note', `${exact ? 'Exactly ' : ''}${number.format(stock.sold)} of ${number.format(stock.total)} sold`
            + ` to ${number.format(drill.buyers)} buyers in ${duration(result.tookMillis)}.`
            + (result.failed ? ` ${number.format(result.failed)} had no answer; see the log.` : ''));
        say('drill-books', result.discrepancies === 0
            ? 'verify(): all stock agrees with its reservations.'
            : `verify(): ${number.format(result.discrepancies)} discrepancies; see the log.`);
    }
}

// ---- actions -------------------------------------------------------------------------------------------------------

function showBatch(status) {
    if (!batch) return;
    const failed = status.demo.failed - batch.failedBefore;
    // Not only what is waiting: this status may be from before the batch was accepted.
    const toPlace = Math.max(status.demo.waiting, batch.placedAfter - status.placed - failed);
    $('batch-progress').value = Math.max(0, batch.size - toPlace) / batch.size;
    if (toPlace > 0) {
        $('batch-note').textContent = `${number.format(Math.min(toPlace, batch.size))} orders to place`;
    } else if (status.consumed >= status.placed) {
        const seconds = ((performance.now() - batch.started) / 1000).toFixed(1);
        $('batch-note').textContent = failed > 0
            ? `${number.format(failed)} orders could not be placed; see the log.`
            : `${number.format(batch.size)} orders placed, published and consumed in ${seconds} s.`;
        $('batch-progress').hidden = true;
        batch = null;
    } else {
        $('batch-note').textContent = 'All placed; the last events are on their way.';
    }
}

$('batch').addEventListener('click', async () => {
    $('batch').disabled = true;
    try {
        const before = await (await fetch('/demo/status')).json();
        const response = await fetch('/demo/orders?count=1000', { method: 'POST' });
        const answer = await response.json();
        if (!response.ok) throw new Error(answer.detail);
        batch = {
            size: (batch ? before.demo.waiting : 0) + answer.accepted,
            started: performance.now(),
            placedAfter: before.placed + before.demo.waiting + answer.accepted,
            failedBefore: before.demo.failed,
        };
        $('batch-progress').hidden = false;
        $('batch-note').textContent = `${number.format(batch.size)} orders to place`;
    } catch (failure) {
        $('batch-note').textContent = `Not accepted: ${failure.message}`;
    } finally {
        $('batch').disabled = false;
    }
});

function showErrors(errors) {
    for (const field of ['customerId', 'sku', 'quantity']) {
        const messages = errors.filter(error => error.field === field).map(error => error.message);
        $(`${field}-error`).textContent = messages.join(', ');
        $(field).setAttribute('aria-invalid', String(messages.length > 0));
    }
    const first = errors.find(error => $(error.field));
    if (first) $(first.field).focus();
}

$('order').addEventListener('submit', async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const order = {
        customerId: form.get('customerId'),
        sku: form.get('sku'),
        quantity: form.get('quantity') === '' ? null : Number(form.get('quantity')),
    };
    showErrors([]);
    $('order-note').textContent = '';
    $('pay').hidden = true;
    try {
        const response = await fetch('/orders', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(order),
        });
        const answer = await response.json();
        if (response.ok) showPlaced(answer);
        else if (answer.errors) showErrors(answer.errors);
        else $('order-note').textContent = `Not placed: ${answer.detail ?? answer.error}`;
    } catch (failure) {
        $('order-note').textContent = 'Not placed: the storefront does not answer.';
    }
});

function showPlaced(order) {
    placed = order;
    const until = new Date(order.heldUntil).toLocaleTimeString('en-GB');
    $('order-note').textContent = `Order ${order.orderId.slice(0, 8)} is placed; its items are held until ${until}.`;
    $('pay').hidden = false;
}

$('pay').addEventListener('click', async () => {
    const order = placed;
    $('pay').hidden = true;
    try {
        const response = await fetch(`/orders/${order.orderId}/payment`, { method: 'POST' });
        const answer = await response.json();
        $('order-note').textContent = response.ok ? `Order ${order.orderId.slice(0, 8)} is paid.`
            : `Not paid: ${answer.detail ?? answer.error}`;
    } catch (failure) {
        $('order-note').textContent = 'Not paid: the storefront does not answer.';
        $('pay').hidden = false;
    }
});

$('drill').addEventListener('click', async () => {
    // A status may be from before the new drill: what it tells of the last one is not news.
    pastDrill = shownDrill;
    $('drill').disabled = true;
    $('drill-progress').value = 0;
    for (const figure of ['sold', 'refused', 'summaries']) $(`drill-${figure}`).textContent = '–';
    say('drill-books', '');
    try {
        const response = await fetch('/demo/drills', { method: 'POST' });
        const answer = await response.json();
        if (!response.ok) throw new Error(answer.detail);
        say('drill-note', 'The buyers are coming.');
    } catch (failure) {
        say('drill-note', `Not started: ${failure.message}`);
        $('drill').disabled = false;
    }
});

// ---- polling -------------------------------------------------------------------------------------------------------

async function poll() {
    if (!document.hidden) {
        try {
            const response = await fetch('/demo/status', { signal: AbortSignal.timeout(5_000) });
            if (!response.ok) throw new Error(`status ${response.status}`);
            show(await response.json());
            link('up', 'Live');
        } catch (failure) {
            link('down', 'No connection; trying again');
        }
    }
    setTimeout(poll, POLL_MILLIS);
}

function link(state, text) {
    if ($('link').textContent === text) return;
    $('link').className = `link ${state}`;
    $('link').textContent = text;
}

poll();
