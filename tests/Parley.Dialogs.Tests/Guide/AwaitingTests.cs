using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Guide;

public sealed class AwaitingTests
{
    [Fact]
    public async Task The_records_of_a_call_are_written_in_its_order()
    {
        using var fixture = new CallFixture();
        using var writer = new StringWriter();
        AwaitingHandlers.Register(fixture.Dialogs, writer);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.Bye();
        fixture.Run(1);
        await fixture.Dialog.Module.AsyncCallbacks.WhenIdleAsync(TestContext.Current.CancellationToken);

        string id = fixture.Dialog.CallId;
        Assert.Equal($"{id} Confirmed Upstream\n{id} Terminated Downstream\n", writer.ToString().ReplaceLineEndings("\n"));
    }
}
