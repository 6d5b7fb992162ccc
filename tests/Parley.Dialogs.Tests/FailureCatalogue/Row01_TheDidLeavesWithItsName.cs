using System.Text.RegularExpressions;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row01_TheDidLeavesWithItsName
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_of_either_side_is_matched_by_the_did_alone(bool overTcp)
    {
        using var bench = new CallBench(static options => options.MatchMode = DialogMatchMode.DidOnly);
        if (overTcp)
        {
            bench.Alice.Protocol = SipProtocol.Tcp; // two Record-Routes: tcp and udp
            bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        }

        ScriptedCall call = bench.Call();
        bench.Run(1);
        string invite = bench.Recorder.Find("INVITE", to: "10.0.2.1").First().Text;
        MatchCollection uris = Regex.Matches(invite, @"<sip:10\.0\.0\.1[^>]*>");
        Assert.Equal(overTcp ? 2 : 1, uris.Count);
        Assert.All(
            uris,
            uri =>
                Assert.Matches(
                    @$";lr;ftag={call.LocalTag};did={Regex.Escape(bench.Dialog.Id.ToString())};sig=[A-Za-z0-9_-]{{16}}>$",
                    uri.Value
                )
        );
        Assert.Matches("^[0-9a-f]+[.][0-9a-f]+$", bench.Dialog.Id.ToString());

        bench.Events.Clear();
        call.SendRequest("INFO");
        bench.Run(1);
        bench.Bob.Calls[0].SendRequest("INFO");
        bench.Run(1);
        Assert.Equal("RequestWithin INFO >, ResponseWithin 200 <, RequestWithin INFO <, ResponseWithin 200 >", bench.Story);
    }
}
