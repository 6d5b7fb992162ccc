using System.CommandLine;
using System.Text;
using Parley.Server.Client;
using Parley.Server.Terminal;
using Parley.Server.Terminal.Top;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley top</c>: the calls on a live screen; without a terminal one picture of it.</summary>
internal static class TopCommand
{
    private const int MostDialogs = 500;
    private const int PlainWidth = 120;
    private const int PlainHeight = 40;
    private static readonly TimeSpan KeyPause = TimeSpan.FromMilliseconds(50);

    public static Command Create(ApiOptions api)
    {
        var interval = new Option<double>("--interval")
        {
            Description = "Seconds between two looks, 0.2 to 60.",
            HelpName = "seconds",
            DefaultValueFactory = static _ => 1,
        };
        interval.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is not (>= 0.2 and <= 60))
                result.AddError("--interval: give 0.2 to 60");
        });
        var command = new ExampledCommand(
            "top",
            "Shows the calls on a live screen; keys choose, filter, end, and show a ladder. q ends it.",
            "parley top",
            "parley top --url https://pbx.example.com:8888 --token-file ~/.parley-token"
        )
        {
            interval,
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var screen = new TopScreen();
                await LookAsync(work, screen);
                if (!work.Out.IsTerminal || Console.IsInputRedirected)
                {
                    foreach (var (text, _) in screen.Render(PlainWidth, PlainHeight).Where(static l => l.Text.Length > 0))
                        work.Out.Raw(text.TrimEnd());
                    return ExitCodes.Done;
                }
                await RunAsync(work, screen, TimeSpan.FromSeconds(work.Parsed.GetValue(interval)));
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static async Task RunAsync(ApiWork work, TopScreen screen, TimeSpan interval)
    {
        using var interrupt = new Interrupt(work.Stop);
        // The alternate screen, so that what was on the terminal comes back.
        work.Out.Output.Write("\e[?1049h\e[?25l");
        try
        {
            var last = TimeProvider.System.GetTimestamp();
            while (!interrupt.Token.IsCancellationRequested)
            {
                Draw(work.Out, screen.Render(work.Out.Width, Console.WindowHeight));
                var isDue = false;
                while (!isDue && !Console.KeyAvailable && !interrupt.Token.IsCancellationRequested)
                {
                    await Task.Delay(KeyPause, TimeProvider.System, CancellationToken.None);
                    isDue = TimeProvider.System.GetElapsedTime(last) >= interval;
                }
                var wish = Console.KeyAvailable ? screen.Press(Console.ReadKey(intercept: true)) : TopWish.None;
                if (wish == TopWish.Quit)
                    return;
                if (wish == TopWish.Trace)
                    await TraceAsync(work, screen, interrupt.Token);
                if (wish == TopWish.End)
                    await EndAsync(work, screen);
                if (isDue || wish is TopWish.Refresh or TopWish.End)
                {
                    await LookAgainAsync(work, screen);
                    last = TimeProvider.System.GetTimestamp();
                }
            }
        }
        finally
        {
            work.Out.Output.Write("\e[?25h\e[?1049l");
            work.Out.Output.Flush();
        }
    }

    private static async Task LookAsync(ApiWork work, TopScreen screen)
    {
        var statistics = await work.Api.GetAsync("statistics", work.Stop);
        var query = $"dialogs?limit={MostDialogs}";
        if (screen.Filter.Length > 0)
            query += "&q=" + Uri.EscapeDataString(screen.Filter);
        if (screen.IsAbnormalOnly)
            query += "&abnormal=true";
        var dialogs = await work.Api.GetAsync(query, work.Stop);
        screen.Take(new TopFigures(TimeProvider.System.GetUtcNow(), statistics, [.. dialogs.List("items")]));
    }

    // A server that restarts is no reason to leave the screen.
    private static async Task LookAgainAsync(ApiWork work, TopScreen screen)
    {
        try
        {
            await LookAsync(work, screen);
        }
        catch (CommandException error)
        {
            screen.Remark = error.Message;
        }
    }

    private static async Task EndAsync(ApiWork work, TopScreen screen)
    {
        if (screen.Chosen?.Text("id") is not { } id)
            return;
        try
        {
            await work.Api.SendAsync(HttpMethod.Delete, "dialogs/" + Uri.EscapeDataString(id), null, work.Stop);
            screen.Remark = $"{id}: ended";
        }
        catch (CommandException error)
        {
            screen.Remark = error.Message;
        }
    }

    private static async Task TraceAsync(ApiWork work, TopScreen screen, CancellationToken stop)
    {
        if (screen.Chosen?.Text("callId") is not { } callId)
            return;
        try
        {
            var call = await work.Api.GetAsync("calls/" + Uri.EscapeDataString(callId), work.Stop);
            List<(string, string)> lines =
            [
                (TerminalText.Clean($"{callId}  (any key goes back)"), "1"),
                .. new CallLadder(call, work.Out.Width).Lines(),
            ];
            Draw(work.Out, [.. lines.Take(Console.WindowHeight)]);
            while (!Console.KeyAvailable && !stop.IsCancellationRequested)
                await Task.Delay(KeyPause, TimeProvider.System, CancellationToken.None);
            if (Console.KeyAvailable)
                Console.ReadKey(intercept: true);
        }
        catch (CommandException error)
        {
            screen.Remark = error.Message;
        }
    }

    private static void Draw(Screen screen, IReadOnlyList<(string Text, string Colour)> lines)
    {
        var page = new StringBuilder("\e[H");
        for (var i = 0; i < lines.Count; i++)
        {
            page.Append(screen.Paint(lines[i].Text, lines[i].Colour)).Append("\e[K");
            if (i < lines.Count - 1)
                page.Append("\r\n");
        }
        screen.Output.Write(page.Append("\e[J").ToString());
        screen.Output.Flush();
    }
}
