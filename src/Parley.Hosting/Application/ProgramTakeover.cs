using System.Reflection;

namespace Parley.Hosting;

/// <summary>
/// Takes an application out of a program: runs its entry point up to the start of its <see cref="ParleyApplication"/>, and gives that application, with its
/// routes, not started. So a program is tried on another network and clock without a change in it.
/// </summary>
/// <remarks>The program's own thread waits at the start until the takeover is disposed. The program has to make its application by
/// <see cref="ParleyApplication.CreateBuilder"/> and start it by Run, RunAsync or StartAsync.</remarks>
public sealed class ProgramTakeover : IDisposable
{
    private static readonly AsyncLocal<ProgramTakeover?> Running = new();

    private readonly Action<ParleyApplicationBuilder> _change;
    private readonly TaskCompletionSource<ParleyApplication> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramTakeover(Action<ParleyApplicationBuilder> change) => _change = change;

    /// <summary>The program's application: built, with its routes, not started.</summary>
    public ParleyApplication Application => _taken.Task.GetAwaiter().GetResult();

    internal static ProgramTakeover? Current => Running.Value;

    /// <summary>Runs a program's entry point.</summary>
    /// <param name="program">The program, such as one that was loaded from a file.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="change">Changes the builder last, before the application is built: the network, the clock.</param>
    /// <param name="patience">How long the program may take to start its application.</param>
    /// <returns>Dispose it when the application is no longer used: the program's thread then goes on and ends.</returns>
    /// <exception cref="InvalidOperationException">It has no entry point, ended or failed without starting an application, or took longer.</exception>
    public static ProgramTakeover Run(Assembly program, string[] args, Action<ParleyApplicationBuilder> change, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(args);
        MethodInfo main =
            program.EntryPoint ?? throw new InvalidOperationException($"{program.GetName().Name} is no program: it has no entry point.");
        object?[] parameters = main.GetParameters().Length == 0 ? [] : [args];
        return Run(
            () =>
            {
                try
                {
                    if (main.Invoke(null, parameters) is Task running)
                        running.GetAwaiter().GetResult();
                }
                catch (TargetInvocationException error) when (error.InnerException is { } inner)
                {
                    throw inner;
                }
            },
            change,
            patience
        );
    }

    /// <summary>Runs a program.</summary>
    /// <param name="main">What it does from its entry point on.</param>
    /// <param name="change">Changes the builder last, before the application is built: the network, the clock.</param>
    /// <param name="patience">How long the program may take to start its application.</param>
    /// <returns>Dispose it when the application is no longer used.</returns>
    /// <exception cref="InvalidOperationException">It ended or failed without starting an application, or took longer.</exception>
    public static ProgramTakeover Run(Action main, Action<ParleyApplicationBuilder> change, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(change);
        var takeover = new ProgramTakeover(change);
        var thread = new Thread(() => takeover.RunProgram(main)) { IsBackground = true, Name = "program" };
        thread.Start();
        try
        {
            if (takeover._taken.Task.Wait(patience))
                return takeover;
        }
        catch (AggregateException error)
        {
            throw new InvalidOperationException(
                $"The program started no application: {error.InnerException!.Message.ReplaceLineEndings(" ")}",
                error.InnerException
            );
        }

        takeover.Dispose();
        throw new InvalidOperationException($"The program started no application within {patience.TotalSeconds:F0} s.");
    }

    /// <summary>Lets the program's thread go on: its start of the application fails as cancelled.</summary>
    public void Dispose() => _end.TrySetCanceled();

    /// <summary>Called by the builder, before it builds.</summary>
    internal void Change(ParleyApplicationBuilder builder) => _change(builder);

    /// <summary>Called by the application's start.</summary>
    /// <returns>What the program waits for; null: it is started by the one that took it, and starts.</returns>
    internal Task? Take(ParleyApplication application)
    {
        Running.Value = null;
        return _taken.TrySetResult(application) ? _end.Task : null;
    }

    private void RunProgram(Action main)
    {
        Running.Value = this;
        try
        {
            main();
            _taken.TrySetException(new InvalidOperationException("it ended."));
        }
        catch (Exception error)
        {
            // The cancelled start among them, which is of no interest any more.
            _taken.TrySetException(error);
        }
    }
}
