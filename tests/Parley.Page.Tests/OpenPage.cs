using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>The live page in a window of its own. When it is left, nothing may have been asked of another origin, and no error said on the console.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _server;
    private readonly ConcurrentQueue<string> _foreign = [];
    private readonly ConcurrentQueue<string> _errors = [];

    private OpenPage(IBrowserContext context, IPage page, Uri server)
    {
        (_context, Page, _server) = (context, page, server);
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith(server.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal)
            )
                _foreign.Enqueue(request.Url);
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, line) =>
        {
            // A status of 404, 503 or none is an answer that the page expects; what breaks its policy is not.
            if (line.Type == "error" && !line.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _errors.Enqueue(line.Text);
        };
    }

    public IPage Page { get; }

    public static async Task<OpenPage> AtAsync(IBrowser browser, Uri server, string link = "", BrowserNewContextOptions? options = null)
    {
        IBrowserContext context = await browser.NewContextAsync(
            options
                ?? new BrowserNewContextOptions
                {
                    ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
                }
        );
        context.SetDefaultTimeout(15000);
        IPage page = await context.NewPageAsync();
        var open = new OpenPage(context, page, server);
        await page.GotoAsync(new Uri(server, "/" + link).ToString());
        return open;
    }

    /// <summary>The element with a test's patience: it has to come.</summary>
    public async Task<ILocator> SeeAsync(string selector, int milliseconds = 15000)
    {
        ILocator found = Page.Locator(selector).First;
        await found.WaitForAsync(new LocatorWaitForOptions { Timeout = milliseconds });
        return found;
    }

    /// <summary>Waits until an expression of JavaScript is true. Asked from outside: an expression that the page looks at by itself would break its policy.</summary>
    public async Task UntilAsync(string expression, int milliseconds = 15000)
    {
        var waited = Stopwatch.StartNew();
        while (!await Page.EvaluateAsync<bool>($"Boolean({expression})"))
        {
            Assert.True(
                waited.ElapsedMilliseconds < milliseconds,
                $"Not so within {milliseconds} ms: {expression}\n{await Page.InnerTextAsync("body")}"
            );
            await Task.Delay(50);
        }
    }

    /// <summary>What axe finds wrong, one line a rule.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        // By the protocol, not by a script element: the page's policy would refuse it.
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("axe.min.js")!;
        using var reader = new StreamReader(stream);
        await Page.EvaluateAsync(await reader.ReadToEndAsync());
        JsonElement result = await Page.EvaluateAsync<JsonElement>(
            "async () => { const r = await axe.run(document, { resultTypes: ['violations'] }); return r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join(' | ')); }"
        );
        return [.. result.EnumerateArray().Select(static v => v.GetString()!)];
    }

    /// <summary>Bytes of the page's JavaScript heap after a collection, and of its array buffers.</summary>
    public async Task<(long Heap, long Buffers)> MemoryAsync()
    {
        ICDPSession session = await _context.NewCDPSessionAsync(Page);
        await session.SendAsync("HeapProfiler.enable");
        for (int i = 0; i < 3; i++)
            await session.SendAsync("HeapProfiler.collectGarbage");
        JsonElement usage = (await session.SendAsync("Runtime.getHeapUsage"))!.Value;
        return ((long)usage.GetProperty("usedSize").GetDouble(), (long)usage.GetProperty("backingStorageSize").GetDouble());
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_foreign);
        Assert.Empty(_errors);
    }
}
