using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Guide;

public sealed class AwaitingTests
{
    [Fact]
    public async Task The_records_of_a_call_are_written_in_its_order()
    {
        using var bench = new CallBench();
        using var writer = new StringWriter();
        AwaitingHandlers.Register(bench.Dialogs, writer);
        ScriptedCall call = bench.Call();
        bench.Run(1);
        call.Bye();
        bench.Run(1);
        await bench.Dialog.Module.AsyncCallbacks.WhenIdleAsync(TestContext.Current.CancellationToken);

        string id = bench.Dialog.CallId;
        Assert.Equal($"{id} Confirmed Upstream\n{id} Terminated Downstream\n", writer.ToString().ReplaceLineEndings("\n"));
    }
}
